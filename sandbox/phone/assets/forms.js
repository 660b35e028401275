import { showNotice } from './announcements.js';
import { goToPhone } from './wanted-phone.js';

/** Sends the page's forms without loading the page again. What they change comes as an event. */
export function sendForms() {
  document.addEventListener('submit', (event) => {
    event.preventDefault();
    if (event.target instanceof HTMLFormElement) void send(event.target, event.submitter);
  });
  document.addEventListener('change', ({ target }) => {
    if (target instanceof HTMLSelectElement && target.form?.matches('.delivery')) target.form.requestSubmit();
  });
}

/** @param {HTMLFormElement} form @param {HTMLElement | null} submitter */
async function send(form, submitter) {
  const fields = [...new FormData(form, submitter)].flatMap(([name, value]) =>
    typeof value === 'string' ? [[name, value]] : [],
  );
  const isPrepareForm = form.matches('.prepare');
  try {
    // The answer is a redirect to the page, which is not needed here.
    const options = {
      method: 'POST',
      body: new URLSearchParams(fields),
      redirect: /** @type {const} */ ('manual'),
    };
    const answer = await fetch(form.action, options);
    const fault = answer.type === 'opaqueredirect' ? '' : await answer.text();
    if (isPrepareForm) showPrepared(form, fault);
    else showNotice(fault);
  } catch {
    showNotice('The SMS sandbox could not be reached.');
  }
}

/** @param {HTMLFormElement} form @param {string} fault empty if there is none */
function showPrepared(form, fault) {
  const input = form.querySelector('input');
  const error = form.querySelector('.error');
  if (!input || !error) return;
  error.textContent = fault;
  input.setAttribute('aria-invalid', String(fault !== ''));
  if (fault !== '') return input.focus();
  goToPhone(input.value.replaceAll(/[\s().-]/g, ''));
  input.value = '';
}
