// Films are dropped on the list, or chosen, and go to the server one after another with their progress.

import { change, element, login, t } from "./text.js";

const AT_ONCE = 3;

/** @param {() => void} taken what is done once a film was taken */
export function uploads(taken) {
  const drop = document.getElementById("drop");
  const list = document.getElementById("uploads");
  const limit = Number(drop.dataset.limit);
  const waiting = [];
  let running = 0;

  function next() {
    if (running >= AT_ONCE || !waiting.length) return;
    running += 1;
    const { file, bar, told } = waiting.shift();
    const end = (words, failed) => {
      running -= 1;
      bar.remove();
      told.textContent = words;
      told.className = failed ? "refused" : "taken";
      if (!failed) taken();
      next();
    };
    if (file.size === 0) return end(t("upload.empty"), true);
    if (file.size > limit) return end(`${t("upload.large")} ${Math.round(limit / 2 ** 20)} MB`, true);
    const request = new XMLHttpRequest();
    request.open("POST", "/api/upload");
    request.setRequestHeader("Content-Type", "application/octet-stream");
    request.setRequestHeader("X-Film-Name", encodeURIComponent(file.name));
    for (const [name, value] of Object.entries(change())) request.setRequestHeader(name, value);
    request.responseType = "json";
    request.upload.addEventListener("progress", (event) => {
      bar.max = event.total;
      bar.value = event.loaded;
    });
    request.addEventListener("load", () => {
      if (request.status === 401) login();
      if (request.status >= 400) return end(request.response?.error ?? String(request.status), true);
      end(t(request.response.new ? "upload.taken" : "upload.known"), false);
    });
    request.addEventListener("error", () => end(t("upload.broken"), true));
    request.send(file);
    next();
  }

  function add(files) {
    for (const file of files) {
      const line = element("li", `${file.name} `);
      const bar = element("progress", undefined, { value: 0, max: file.size || 1 });
      bar.setAttribute("aria-label", file.name);
      const told = element("span");
      line.append(bar, told);
      list.prepend(line);
      waiting.push({ file, bar, told });
      next();
    }
    while (list.children.length > 200) list.lastElementChild.remove();
  }

  document.getElementById("choose").addEventListener("change", (event) => {
    add([...event.target.files]);
    event.target.value = "";
  });
  addEventListener("dragover", (event) => {
    event.preventDefault();
    drop.classList.add("over");
  });
  addEventListener("dragleave", () => drop.classList.remove("over"));
  addEventListener("drop", (event) => {
    event.preventDefault();
    drop.classList.remove("over");
    add([...event.dataTransfer.files]);
  });
}
