/** Old announcements are removed, so that the page does not grow. */
const MAX_ANNOUNCEMENTS = 20;

const log = document.getElementById('announcements');
const notice = document.getElementById('notice');

/** Lets a screen reader say something that everyone else sees. @param {string} text */
export function announce(text) {
  const line = document.createElement('p');
  line.textContent = text;
  log?.append(line);
  if (log && log.children.length > MAX_ANNOUNCEMENTS) log.firstElementChild?.remove();
}

/** Shows a sentence above the phones; an empty one removes it. @param {string} text */
export function showNotice(text) {
  if (notice && notice.textContent !== text) notice.textContent = text;
}
