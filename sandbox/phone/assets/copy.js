import { announce } from './announcements.js';

const SHOWN_MS = 2_000;

/** What the buttons showed before they were clicked. @type {WeakMap<HTMLElement, ChildNode[]>} */
const labels = new WeakMap();

/** The buttons with `data-copy` copy its value. */
export function copyOnClick() {
  document.addEventListener('click', ({ target }) => {
    const button = target instanceof Element ? target.closest('[data-copy]') : null;
    if (button instanceof HTMLElement) void copy(button, button.dataset.copy ?? '');
  });
}

/** @param {HTMLElement} button @param {string} text */
async function copy(button, text) {
  const answer = (await isCopied(text)) ? 'Copied' : 'Not copied';
  const label = labels.get(button) ?? [...button.childNodes];
  labels.set(button, label);
  button.textContent = answer;
  announce(`${answer}: ${text}`);
  setTimeout(() => button.replaceChildren(...label), SHOWN_MS);
}

/** @param {string} text */
async function isCopied(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    // Without https, browsers have the clipboard only on localhost.
    return isCopiedFromField(text);
  }
}

/** @param {string} text */
function isCopiedFromField(text) {
  const focused = document.activeElement;
  const field = document.createElement('textarea');
  field.value = text;
  field.className = 'visually-hidden';
  document.body.append(field);
  field.select();
  // oxlint-disable-next-line typescript/no-deprecated -- there is no other way without https
  const isDone = document.execCommand('copy');
  field.remove();
  if (focused instanceof HTMLElement) focused.focus({ preventScroll: true });
  return isDone;
}
