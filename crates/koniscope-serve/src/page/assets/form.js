// The form. Its rules are the server's: each change is checked there, and what it says is shown here.

import { ask, element, t } from "./text.js";

const WHO = document.documentElement.dataset.who ?? "";
const READER = `koniscope.reader.${WHO}`;

/** The day where the reader is, as `2026-11-30`. */
function today() {
  const now = new Date();
  return [now.getFullYear(), now.getMonth() + 1, now.getDate()].map((n) => String(n).padStart(2, "0")).join("-");
}

export class Form {
  /** @param {HTMLFormElement} form @param {number} film @param {import("./viewer.js").Viewer} viewer */
  constructor(form, film, viewer) {
    this.form = form;
    this.film = film;
    this.viewer = viewer;
    this.fields = [...form.querySelectorAll("[data-field]")];
    this.said = {};
    this.proposal = null;
    this.number = 1;
    this.loaded = false;
    this.touched = new Set();
    this.shut = {}; // answers of fields that are closed, which come back when these open
    form.addEventListener("submit", (event) => event.preventDefault());
    document.getElementById("sign").addEventListener("click", () => this.sign());
    form.addEventListener("input", (event) => this.answered(event.target));
    form.addEventListener("keydown", (event) => this.clear(event));
    document.getElementById("normal").addEventListener("click", () => this.normal());
    document.getElementById("keep").addEventListener("click", () => this.lost.close());
    document.getElementById("erase").addEventListener("click", () => { this.lost.close(); this.apply(this.after); });
    this.lost = document.getElementById("lost");
  }

  inputs(field) {
    return [...field.querySelectorAll(`[name="${field.dataset.field}"]`)];
  }

  get(field) {
    const inputs = this.inputs(field);
    const checked = inputs.filter((input) => input.checked).map((input) => input.value);
    switch (field.dataset.kind) {
      case "one": return checked[0] ?? null;
      case "answer": return checked.length ? checked[0] === "true" : null;
      case "many": return checked;
      case "tick": return inputs[0].checked;
      default: return inputs[0].type === "date" ? inputs[0].value || null : inputs[0].value;
    }
  }

  set(field, value) {
    for (const input of this.inputs(field)) {
      switch (field.dataset.kind) {
        case "one": input.checked = input.value === value; break;
        case "answer": input.checked = value !== null && input.value === String(value); break;
        case "many": input.checked = value.includes(input.value); break;
        case "tick": input.checked = value; break;
        default: if (input.value !== (value ?? "")) input.value = value ?? "";
      }
    }
  }

  /** Both forms as JSON. */
  draft() {
    const draft = { niosh: {}, gbz70: {} };
    for (const field of this.fields) {
      const path = field.dataset.field.split(".");
      const last = path.pop();
      const at = path.reduce((at, step) => (at[step] ??= {}), draft);
      at[last] = this.get(field);
    }
    const window = this.viewer.window;
    return {
      ...draft,
      said: this.said,
      report: document.getElementById("report").value,
      reason: document.getElementById("reason").value,
      view: window ? { center: window[0], width: window[1] } : null,
    };
  }

  fill(forms) {
    for (const field of this.fields) {
      const value = field.dataset.field.split(".").reduce((at, step) => at?.[step], forms);
      if (value !== undefined) this.set(field, value);
    }
  }

  field(name) {
    return this.fields.find((field) => field.dataset.field === name);
  }

  /** What the server knows of the film. */
  details(film) {
    const last = film.signed.at(-1);
    const before = this.number;
    this.number = film.signed.length + 1;
    this.sha256 = film.sha256;
    if (this.loaded && before !== this.number && this.touched.size) {
      this.tell("form.meanwhile");
    } else if (!this.loaded || before !== this.number) {
      this.said = {};
      this.shut = {};
      this.begin(last);
      if (!this.loaded) this.restore();
    }
    const proposal = film.machine?.proposal ?? null;
    if (proposal && !this.proposal && !last) {
      // The machine's answers fill in what nobody has answered.
      for (const [name, value] of Object.entries(proposal)) {
        const field = this.field(name);
        if (field && !this.touched.has(name)) this.set(field, value);
      }
    }
    this.proposal = proposal;
    this.loaded = true;
    document.getElementById("why").hidden = !last;
    document.getElementById("sign").textContent = t(last ? "form.addendum" : "form.sign");
    this.own = film.signed.length;
    this.history([...film.signed, ...(film.others ?? [])], film.consensus, film.dicom);
    this.machine(film);
    this.check();
  }

  tell(key) {
    document.getElementById("told").textContent = t(key);
  }

  /** Where a draft is kept until it is signed, so that no reload loses it: in this tab alone, by the film's bytes. */
  place() {
    return `koniscope.draft.${WHO}.${this.sha256}`;
  }

  keep() {
    if (!this.touched.size || !this.sha256) return;
    const { number, shut } = this;
    sessionStorage.setItem(this.place(), JSON.stringify({ draft: this.draft(), touched: [...this.touched], number, shut }));
  }

  restore() {
    const kept = JSON.parse(sessionStorage.getItem(this.place()) ?? "null");
    if (!kept || !this.sha256) return;
    if (kept.number !== this.number) this.tell("form.meanwhile");
    this.shut = kept.shut;
    this.fill(kept.draft);
    this.said = kept.draft.said;
    document.getElementById("report").value = kept.draft.report;
    document.getElementById("reason").value = kept.draft.reason;
    this.touched = new Set(kept.touched);
  }

  /** From the last record, or from what is known of the reader. */
  begin(last) {
    const stored = JSON.parse(localStorage.getItem(READER) ?? "{}");
    if (last) this.fill(last);
    for (const [name, value] of last ? [] : Object.entries(stored)) {
      const field = this.field(name);
      if (field && field.dataset.kind === "text") this.set(field, value);
    }
    document.getElementById("report").value = last?.report ?? stored.report ?? "study";
    this.set(this.field("niosh.reader.date_of_reading"), today());
  }

  history(signed, consensus, isDicom) {
    const list = document.getElementById("history");
    list.replaceChildren();
    if (!signed.length) return;
    list.append(element("h3", t("form.history")));
    for (const [i, record] of signed.entries()) {
      const { reader, small, large } = record.niosh;
      const ilo = [small.profusion, small.primary && `${small.primary}/${small.secondary}`, large].filter(Boolean);
      const stage = record.stage ? `${t("form.stage")} ${record.stage.stage}` : "";
      const words = [record.signed_at, record.account, reader.printed_name, t(`mode.${record.mode}`), ilo.join(" "), stage, record.reason];
      const line = element("p", `${record.number}. ${words.filter(Boolean).join(", ")} `);
      // By its place: own records first, then those of others.
      const at = `/api/films/${this.film}/signed/${i + 1}`;
      const pdf = element("a", t("print.pdf"), { href: `${at}/form.pdf`, target: "_blank" });
      pdf.dataset.print = i + 1 === this.own ? "last" : "";
      line.append(pdf);
      if (isDicom) line.append(" ", element("a", t("print.sr"), { href: `${at}/sr.dcm`, download: "" }));
      list.append(line);
    }
    if (consensus && signed.length > 1) {
      const words = [t(`consensus.${consensus.state}`), consensus.result];
      list.append(element("p", words.filter(Boolean).join(": "), { className: "says" }));
    }
  }

  machine(film) {
    const box = document.getElementById("machine");
    box.replaceChildren();
    if (film.reason) box.append(element("p", film.reason));
    const said = film.machine;
    if (!said) {
      if (film.mode === "reader_first" && film.state === "read") box.append(element("p", t("form.not_shown")));
      return;
    }
    const parts = [said.stage && `${t("form.stage")} ${said.stage} (${said.clause})`, `P ${said.told}, ${said.calibrated}`];
    box.append(element("p", `${t("form.machine")}: ${parts.filter(Boolean).join(", ")}`, { className: "says" }));
    for (const words of [said.abstained, ...said.notices, ...said.flags]) if (words) box.append(element("p", words));
    if (!Object.keys(said.proposal).length) {
      box.append(element("p", t("form.no_machine")));
      return;
    }
    const all = element("button", t("form.accept_all"), { type: "button", id: "accept-all" });
    all.addEventListener("click", () => {
      for (const name of Object.keys(this.proposal)) {
        this.said[name] ??= { decision: "accepted", reason: "" };
        this.touched.add(name);
      }
      this.check();
    });
    box.append(all);
  }

  answered(input) {
    const name = input.closest("[data-field]")?.dataset.field ?? input.id;
    this.touched.add(name);
    if (name === "report" || (name.startsWith("niosh.reader.") && input.type !== "date")) this.remember();
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.check(), 120);
  }

  remember() {
    const texts = this.fields.filter((field) => field.dataset.field.startsWith("niosh.reader.") && field.dataset.kind === "text");
    const entries = texts.filter((field) => this.inputs(field)[0].type !== "date").map((field) => [field.dataset.field, this.get(field)]);
    entries.push(["report", document.getElementById("report").value]);
    localStorage.setItem(READER, JSON.stringify(Object.fromEntries(entries)));
  }

  /** Delete on a choice takes the answer back. */
  clear(event) {
    if (event.key !== "Delete" && event.key !== "Backspace") return;
    const field = event.target.closest("[data-field]");
    if (!field || !["one", "answer"].includes(field.dataset.kind) || event.target.type !== "radio") return;
    event.preventDefault();
    this.set(field, null);
    this.answered(event.target);
  }

  async check() {
    if (document.documentElement.dataset.role !== "reader") {
      document.getElementById("state").textContent = t("form.look");
      for (const input of this.form.querySelectorAll("input, textarea, select, button")) input.disabled = true;
      return;
    }
    const turn = (this.turn = (this.turn ?? 0) + 1);
    this.keep();
    let said;
    try {
      said = await ask(`/api/films/${this.film}/check`, this.draft());
    } catch (error) {
      document.getElementById("state").textContent = error.message;
      return;
    }
    if (turn === this.turn) this.show(said);
  }

  show(said) {
    const closed = new Set(said.closed);
    const wanting = Map.groupBy ? Map.groupBy(said.wanting, (one) => one.field) : new Map();
    if (!Map.groupBy) for (const one of said.wanting) wanting.set(one.field, [...(wanting.get(one.field) ?? []), one]);
    let isBack = false;
    for (const field of this.fields) {
      const name = field.dataset.field;
      const isClosed = closed.has(name);
      if (isClosed) {
        const value = this.get(field);
        if (value !== null && String(value) !== String(this.none(field) ?? "")) this.shut[name] = value;
        this.set(field, this.none(field));
      } else if (name in this.shut) {
        this.set(field, this.shut[name]);
        delete this.shut[name];
        isBack = true;
      }
      for (const input of this.inputs(field)) input.disabled = isClosed;
      field.classList.toggle("closed", isClosed);
      const faults = isClosed ? [] : wanting.get(name) ?? [];
      const shown = faults.filter((one) => one.rule !== "undecided");
      field.querySelector(".wanting").textContent = shown.map((one) => t(`rule.${one.rule}`)).join(". ");
      field.classList.toggle("needs", faults.some((one) => one.needed));
      this.mark(field, said.decisions[name]);
    }
    this.parts(said.wanting, closed);
    const needed = said.wanting.filter((one) => one.needed);
    document.getElementById("state").textContent =
      needed.length ? `${needed.length} ${t("form.wanting")}` : t("form.ready");
    document.getElementById("stage").textContent = said.stage
      ? `${t("form.stage")} ${said.stage.stage}: ${said.clause}`
      : !said.missing.length ? "" : `${t("form.stage_open")} ${said.missing.map((name) => t(`gbz70.${name}`)).join(", ")}`;
    this.wanted(needed);
    this.keep();
    // What came back may open more.
    if (isBack) this.check();
  }

  none(field) {
    return { many: [], tick: false, text: "" }[field.dataset.kind] ?? null;
  }

  /** What is wanted, as links to it. */
  wanted(needed) {
    const list = element("ul");
    for (const one of needed.slice(0, 12)) {
      const link = element("a", `${t(one.field)}: ${t(`rule.${one.rule}`)}`, { href: "#form" });
      link.addEventListener("click", (event) => {
        event.preventDefault();
        const field = this.field(one.field);
        field?.closest("details")?.setAttribute("open", "");
        (field?.querySelector("input:not([disabled]), textarea") ?? document.getElementById("reason")).focus();
      });
      const line = element("li");
      line.append(link);
      list.append(line);
    }
    document.getElementById("wanted").replaceChildren(list);
  }

  parts(wanting, closed) {
    for (const part of this.form.querySelectorAll(".part")) {
      const fields = [...part.querySelectorAll("[data-field]")].map((field) => field.dataset.field);
      const open = fields.filter((name) => !closed.has(name));
      const needed = wanting.filter((one) => one.needed && fields.includes(one.field)).length;
      const answered = open.some((name) => {
        const value = this.get(this.field(name));
        return Array.isArray(value) ? value.length > 0 : value !== null && value !== "" && value !== false;
      });
      const status = part.querySelector(".status");
      part.classList.toggle("asked", open.length > 0);
      status.textContent = !open.length ? `\u2013 ${t("form.closed")}`
        : needed ? `\u25cb ${needed} ${t("form.wanting")}`
        : answered ? `\u2713 ${t("form.complete")}` : `\u2013 ${t("form.untouched")}`;
    }
  }

  /** An answer of the machine: what it was, what became of it, and what can be done. */
  mark(field, decided) {
    const place = field.querySelector(".machine");
    const name = field.dataset.field;
    const key = decided ? `${decided.decision} ${JSON.stringify(decided.proposed)}` : "";
    field.dataset.decision = decided?.decision ?? "";
    if (place.dataset.key === key) return;
    place.dataset.key = key;
    place.replaceChildren();
    if (!decided) return;
    const words = { true: t("yes"), false: t("no") }[String(decided.proposed)] ?? String(decided.proposed);
    place.append(element("span", `${t("form.machine")}: ${words}, ${t(`decision.${decided.decision}`)} `));
    const button = (label, act) => {
      const made = element("button", t(label), { type: "button" });
      made.setAttribute("aria-label", `${t(label)}: ${t(name)}`);
      made.addEventListener("click", act);
      place.append(made, " ");
    };
    if (decided.decision === "open") {
      button("form.accept", () => this.decide(name, "accepted", decided.proposed));
      button("form.reject", () => this.decide(name, "rejected", decided.proposed));
    }
    if (decided.decision === "changed") button("form.accept", () => this.decide(name, "accepted", decided.proposed));
    if (decided.decision === "rejected") {
      const reason = element("input", undefined, { value: decided.reason, maxLength: 200 });
      reason.setAttribute("aria-label", `${t("form.why")}: ${t(name)}`);
      reason.placeholder = t("form.why");
      reason.addEventListener("input", () => { this.said[name].reason = reason.value; });
      place.append(reason);
      reason.focus();
    }
  }

  decide(name, decision, proposed) {
    const field = this.field(name);
    this.said[name] = { decision, reason: "" };
    this.touched.add(name);
    // What is rejected is taken back; a tick is turned.
    if (decision === "accepted") this.set(field, proposed);
    else this.set(field, field.dataset.kind === "tick" ? !proposed : this.none(field));
    if (decision === "rejected" && field.dataset.kind === "answer") this.set(field, !proposed);
    this.inputs(field)[0].focus();
    this.check();
  }

  async normal() {
    let answer;
    try {
      answer = await ask(`/api/films/${this.film}/normal`, this.draft());
    } catch (error) {
      document.getElementById("told").textContent = error.message;
      return;
    }
    this.after = { niosh: answer.niosh };
    if (!answer.lost.length) return this.apply(this.after);
    this.lost.querySelector("ul").replaceChildren(...answer.lost.map((name) => element("li", t(name))));
    this.lost.showModal();
    document.getElementById("keep").focus();
  }

  apply(forms) {
    this.fill(forms);
    for (const name of Object.keys(this.shut)) if (name.startsWith("niosh.")) delete this.shut[name];
    // An answer of the machine that comes later does not turn it.
    for (const field of this.fields) if (field.dataset.field.startsWith("niosh.")) this.touched.add(field.dataset.field);
    this.check();
    document.getElementById("normal").focus();
  }

  async sign() {
    if (this.isSigning) return;
    this.isSigning = true;
    try {
      await ask(`/api/films/${this.film}/sign/${this.number}`, this.draft());
      this.tell("form.signed");
      sessionStorage.removeItem(this.place());
      document.getElementById("reason").value = "";
      this.touched.clear();
      await this.signed();
    } catch (error) {
      document.getElementById("told").textContent = `${t("form.failed")} ${error.message}`;
      if (error.said?.wanting) this.wanted(error.said.wanting);
      // Another was signed: its number and what is to be told of it.
      if (error.status === 409) await this.signed();
    } finally {
      this.isSigning = false;
    }
  }
}
