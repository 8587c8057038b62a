"use strict";
// A click on a column's head sorts by it, a second one turns the order; films not read stay last.
const rows = document.querySelector("tbody");
document.querySelectorAll("thead th").forEach((head, column) => {
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = head.textContent;
  head.replaceChildren(button);
  button.addEventListener("click", () => {
    const down = head.getAttribute("aria-sort") === "descending";
    document.querySelectorAll("thead th").forEach((other) => other.removeAttribute("aria-sort"));
    head.setAttribute("aria-sort", down ? "ascending" : "descending");
    const key = (row) => {
      const cell = row.cells[column];
      return cell && cell.dataset.order !== undefined ? Number(cell.dataset.order)
        : cell ? cell.textContent : "";
    };
    const compare = (a, b) => {
      if (a.className !== b.className) return a.className === "failed" ? 1 : -1;
      const [x, y] = [key(a), key(b)];
      const order = typeof x === "number" && typeof y === "number" ? x - y
        : String(x).localeCompare(String(y), undefined, { numeric: true });
      return down ? order : -order;
    };
    rows.append(...Array.from(rows.rows).sort(compare));
  });
});
