import path from 'node:path';
import { Eta } from 'eta';
import { carrierErrorCodes, carrierErrors } from '../messages/carrier-errors';
import { magicNumbers } from './magic-numbers';
import type { Phone, PhoneList } from './phone-list';

const carriers = carrierErrorCodes.map((code) => ({ code, ...carrierErrors[code] }));

/**
 * Renders the templates in `views`, which escape everything that they insert. `tryItUrl`: where a browser finds the
 * try-it page, without a slash at the end.
 */
export function createPages(phoneList: PhoneList, tryItUrl: string | undefined) {
  const eta = new Eta({ views: path.join(__dirname, 'views'), cache: true });

  const renderPhone = (phone: Phone): string => eta.render('./phone', { ...phone, carriers });

  const renderPage = (): string => {
    const { numbers, total } = phoneList.overview();
    const phones = numbers.map((number) => renderPhone(phoneList.phone(number)));
    return eta.render('./page', { phones, total, tryItUrl, carriers, ...magicNumbers });
  };

  return { renderPhone, renderPage };
}
