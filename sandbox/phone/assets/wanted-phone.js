import { showNotice } from './announcements.js';

/** The address for which the phone was shown. */
let shownFor = '';

/** Shows the phone that the address names, as in `/#+14255550123`. A phone that comes later is shown then. */
export function showWantedPhone() {
  const { hash } = location;
  if (hash === shownFor) return;
  document.querySelector('[data-wanted]')?.removeAttribute('data-wanted');
  const number = hash.slice(1);
  const phone = document.getElementById(number);
  if (!phone?.matches('.phone')) {
    shownFor = '';
    return showNotice(
      /^\+\d+$/.test(number) ? `No message to ${number} yet. It appears here by itself.` : '',
    );
  }
  shownFor = hash;
  showNotice('');
  phone.dataset.wanted = '';
  phone.scrollIntoView({ block: 'center' });
  // Does not take the focus from a field or a button.
  if (document.activeElement?.matches('body, .phone')) phone.focus({ preventScroll: true });
}
