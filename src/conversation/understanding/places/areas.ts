import { getDistricts, getProvinces, getRegencies, getVillages } from 'idn-area-data';

/** One area of the country, with its Kemendagri code: `51`, `51.08`, `51.08.05`, `51.08.05.2001`. */
export interface Area {
  readonly code: string;
  readonly name: string;
}

/** The whole list, as the package has it. Some 91,000 rows; kept only until the index is made. */
export interface Areas {
  readonly provinces: readonly Area[];
  readonly regencies: readonly Area[];
  readonly districts: readonly Area[];
  readonly villages: readonly Area[];
}

/**
 * Reads the list out of `idn-area-data` (data under ODbL 1.0, see docs/decisions/0008-dependencies.md). It takes a
 * third of a second and streams, so that the event loop is not held up. @throws when the package is incomplete.
 */
export async function readAreas(): Promise<Areas> {
  const [provinces, regencies, districts, villages] = await Promise.all([
    getProvinces(),
    getRegencies(),
    getDistricts(),
    getVillages(),
  ]);
  return { provinces, regencies, districts, villages };
}
