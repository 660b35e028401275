/**
 * Formats the number while a person types it, and shows its country.
 *
 * @param {AbortSignal} signal
 */
export function formatWhileTyping(signal) {
  const input = document.getElementById('phone-number');
  const country = document.getElementById('country');
  if (!(input instanceof HTMLInputElement) || !country) return;
  const names = new Intl.DisplayNames(['en'], { type: 'region' });
  const format = () => {
    const formatter = new libphonenumber.AsYouType();
    // Pasted numbers can have spaces and digits that the library does not know. NFKC makes them plain.
    const formatted = formatter.input(input.value.normalize('NFKC'));
    // In the middle of the number, formatting would move the cursor. A person sees text that is no number as it is.
    const isAtEnd = input.selectionEnd === input.value.length;
    if (isAtEnd && digitCount(formatted) === digitCount(input.value) && formatted !== '')
      input.value = formatted;
    const code = formatter.getCountry();
    country.textContent = code ? `Country: ${names.of(code)}` : '';
  };
  /** @param {Event} event */
  const onInput = (event) => {
    // After a deletion, formatting would put the deleted character back.
    if (!(event instanceof InputEvent) || !event.inputType.startsWith('delete')) format();
  };
  input.addEventListener('input', onInput, { signal });
  if (input.value !== '') format();
}

/** @param {string} text */
function digitCount(text) {
  return text.match(/\p{Nd}/gu)?.length ?? 0;
}
