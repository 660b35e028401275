import type { ConnectionLike } from '@temporalio/client';
import { temporal } from '@temporalio/proto';
import { searchAttributes } from '../../src/domain/search-attributes';

const { IndexedValueType } = temporal.api.enums.v1;

const TYPES = Object.fromEntries(
  Object.values(searchAttributes).map(({ name, type }) => [
    name,
    IndexedValueType[`INDEXED_VALUE_TYPE_${type}`],
  ]),
);

/** Adds the search attributes to a namespace. A server changes nothing if the namespace has them. */
export async function addSearchAttributes(
  { operatorService }: Pick<ConnectionLike, 'operatorService'>,
  namespace: string,
): Promise<void> {
  await operatorService.addSearchAttributes({ namespace, searchAttributes: TYPES });
}
