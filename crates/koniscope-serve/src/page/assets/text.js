// Words by key, from the page's own table.

const words = JSON.parse(document.getElementById("words").textContent);

/** @param {string} key */
export const t = (key) => words[key] ?? key;

/** An element with text. @param {string} tag @param {string} [text] @param {object} [more] */
export const element = (tag, text, more = {}) =>
  Object.assign(document.createElement(tag), text === undefined ? {} : { textContent: text }, more);

/** JSON of an answer; what it says where it is none. @param {string} path @param {unknown} [body] */
export async function ask(path, body) {
  const options = body === undefined ? {} : {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
  };
  const answer = await fetch(path, options);
  const said = await answer.json();
  if (!answer.ok) throw Object.assign(new Error(said.error), { said, status: answer.status });
  return said;
}
