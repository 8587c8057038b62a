// Words by key, from the page's own table.

const words = JSON.parse(document.getElementById("words").textContent);

/** @param {string} key */
export const t = (key) => words[key] ?? key;

/** An element with text. @param {string} tag @param {string} [text] @param {object} [more] */
export const element = (tag, text, more = {}) =>
  Object.assign(document.createElement(tag), text === undefined ? {} : { textContent: text }, more);

/** Headers of a change: the token that shows that it is this page which asks. */
export const change = () => {
  const token = document.documentElement.dataset.csrf;
  return token ? { "X-Koniscope-Csrf": token } : {};
};

/** Where somebody logs in whose session has ended. A draft stays in this tab. */
export function login() {
  if (location.pathname !== "/login") location.assign(`/login?next=${encodeURIComponent(location.pathname)}`);
}

/**
 * JSON of an answer; what it says where it is none. What the page asks by itself (`idle`) keeps no session open.
 * @param {string} path @param {unknown} [body] @param {boolean} [idle]
 */
export async function ask(path, body, idle = false) {
  const options = body === undefined ? { headers: idle ? { "X-Koniscope-Idle": "1" } : {} } : {
    method: "POST",
    headers: { "Content-Type": "application/json", ...change() },
    body: JSON.stringify(body),
  };
  const answer = await fetch(path, options);
  const said = await answer.json();
  if (answer.status === 401) login();
  if (!answer.ok) throw Object.assign(new Error(said.error), { said, status: answer.status });
  return said;
}
