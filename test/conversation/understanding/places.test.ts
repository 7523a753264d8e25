import { expect } from 'chai';
import { type Areas, readAreas } from '../../../src/conversation/understanding/places/areas.js';
import { Gazetteer } from '../../../src/conversation/understanding/places/gazetteer.js';
import { type Location, locationsIn } from '../../../src/conversation/understanding/places/locations.js';
import { wordsOf } from '../../../src/conversation/understanding/words.js';
import { packagedKnowledge } from './aids.js';

describe('places', () => {
  const { vocabulary } = packagedKnowledge();
  let areas: Areas;
  let gazetteer: Gazetteer;
  before(async () => {
    areas = await readAreas();
    gazetteer = new Gazetteer(areas, vocabulary.places.aliases);
  });

  function locations(text: string): readonly Location[] {
    return locationsIn(wordsOf(text, vocabulary.lexicon), text, vocabulary.places, gazetteer);
  }

  it('finds every regency and city by its full name, and no other', () => {
    for (const { code, name } of areas.regencies) {
      const found = locations(`jalan rusak di ${name.toLowerCase()} sejak lama`);
      expect(
        found.map((location) => location.code),
        name,
      ).to.deep.equal([code]);
    }
  });

  it('finds the regency of every district that is named with it', () => {
    const names = new Map(areas.regencies.map(({ code, name }) => [code, name]));
    const missed = areas.districts.filter(({ code, name }) => {
      const regency = code.slice(0, 5);
      const found = locations(`di kec ${name}, ${names.get(regency)?.toLowerCase()}`);
      return found.length !== 1 || found[0]?.code !== regency;
    });
    expect(missed.map(({ name }) => name)).to.deep.equal([]);
  });

  it('knows the code of every alias', () => {
    for (const [alias, code] of vocabulary.places.aliases) expect(gazetteer.area(code), alias).not.to.equal(null);
  });

  const names: ReadonlyArray<readonly [code: string, name: string, level: string]> = [
    ['51.08', 'Kabupaten Buleleng', 'regency'],
    ['32.73', 'Kota Bandung', 'city'],
    ['31', 'DKI Jakarta', 'province'],
    ['73.10', 'Kabupaten Pangkajene dan Kepulauan', 'regency'],
    ['31.74', 'Kota Administrasi Jakarta Selatan', 'city'],
  ];
  for (const [code, name, level] of names) {
    it(`writes ${code} as ${name}`, () => expect(gazetteer.area(code)).to.deep.equal({ code, name, level }));
  }

  const cases: ReadonlyArray<{
    label: string;
    text: string;
    found: readonly (readonly [code: string, evidence: string])[];
  }> = [
    {
      label: 'the words of a whole chain are the evidence',
      text: 'lampu mati di ds Pejeng kec Tampaksiring kab Gianyar pak',
      found: [['51.04', 'ds Pejeng kec Tampaksiring kab Gianyar']],
    },
    {
      label: 'words apart are told apart',
      text: 'kantor camat Sukasada tutup terus, tolong kab Buleleng lihat',
      found: [['51.08', 'camat Sukasada, kab Buleleng']],
    },
    {
      label: 'a name of two is two candidates',
      text: 'macet di Bogor',
      found: [
        ['32.01', 'Bogor'],
        ['32.71', 'Bogor'],
      ],
    },
    { label: 'a district decides between them', text: 'kec Cibinong Bogor', found: [['32.01', 'kec Cibinong Bogor']] },
    {
      label: 'a province decides, too',
      text: 'kec Kota Baru prov Kalimantan Selatan kab kotabaru',
      found: [['63.02', 'prov Kalimantan Selatan kab kotabaru']],
    },
    { label: 'a village whose name is common is no guess', text: 'di desa Sukamaju air mati', found: [] },
    {
      label: 'a district that contradicts the regency does not move it',
      text: 'kec Ngabang kab Buleleng',
      found: [['51.08', 'kab Buleleng']],
    },
    { label: 'one slip after a cue is forgiven', text: 'kab Gianyer', found: [['51.04', 'kab Gianyer']] },
    { label: 'a slip without a cue is not', text: 'di Gianyer', found: [] },
    { label: 'names end at a comma', text: 'kota Solok, Selatan jalan', found: [['13.72', 'kota Solok']] },
    {
      label: 'a province is named where nothing nearer is',
      text: 'se kalbar listrik padam',
      found: [['61', 'kalbar']],
    },
    {
      label: 'and is no place of its own beside a regency in it',
      text: 'kab Landak kalbar',
      found: [['61.08', 'kab Landak kalbar']],
    },
  ];
  for (const { label, text, found } of cases) {
    it(label, () => expect(locations(text).map(({ code, evidence }) => [code, evidence])).to.deep.equal(found));
  }
});
