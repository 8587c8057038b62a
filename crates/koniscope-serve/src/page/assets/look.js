// Language and theme, kept by the browser in cookies that the server reads; and the way out.

import { ask } from "./text.js";

for (const choice of document.querySelectorAll("[data-look]")) {
  choice.addEventListener("change", () => {
    const year = 365 * 24 * 3600;
    document.cookie = `koniscope-${choice.dataset.look}=${choice.value}; path=/; max-age=${year}; samesite=strict`;
    if (choice.dataset.look === "theme") document.documentElement.dataset.theme = choice.value;
    else location.reload();
  });
}

document.getElementById("logout")?.addEventListener("click", async () => {
  await ask("/api/logout", {}).catch(() => {});
  sessionStorage.clear();
  location.assign("/login");
});
