// In, and on to the page that was asked for.

import { ask, t } from "./text.js";

const told = document.getElementById("told");

document.getElementById("login").addEventListener("submit", async (event) => {
  event.preventDefault();
  const [name, password] = ["name", "password"].map((id) => document.getElementById(id));
  told.textContent = "";
  try {
    await ask("/api/login", { name: name.value.trim(), password: password.value });
    const next = new URL(new URLSearchParams(location.search).get("next") ?? "/", location.origin);
    location.replace(next.origin === location.origin ? next : "/");
  } catch (error) {
    password.value = "";
    told.textContent = error.status === 401 ? t("login.wrong") : error.status === 429 ? t("login.often") : error.message;
    password.focus();
  }
});
document.getElementById("name").focus();
