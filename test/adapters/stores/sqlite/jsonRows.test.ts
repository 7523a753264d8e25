import Database from 'better-sqlite3';
import { expect } from 'chai';
import fc from 'fast-check';
import { JsonRows } from '../../../../adapters/stores/sqlite/jsonRows.js';

type Columns = readonly [seq: number, text: string | null, octets: string];

describe('rows that come as JSON', () => {
  const db = new Database(':memory:');
  db.exec('CREATE TABLE things (seq INTEGER PRIMARY KEY, text TEXT, octets BLOB NOT NULL) STRICT');
  const insert = db.prepare('INSERT INTO things VALUES (?, ?, ?)');
  const all = 'SELECT seq, text, hex(octets) AS octets FROM things WHERE seq > ? ORDER BY seq DESC LIMIT ?';
  const asJson = new JsonRows(db, all, ([seq, text, octets]: Columns) => ({ seq, text, octets }));
  const asObjects = db.prepare(all);

  afterEach(() => {
    db.exec('DELETE FROM things');
  });

  after(() => {
    db.close();
  });

  it('are those of the query, in its order, whatever their texts are made of', () => {
    const character = fc.oneof(
      fc.constantFrom('\0', '"', '\\', '\n', '\u2028', '\ud800', '\x7f'),
      fc.string({ unit: 'grapheme' }),
    );
    const text = fc.option(fc.array(character).map((characters) => characters.join('')));
    const thing = fc.tuple(fc.maxSafeInteger(), text, fc.uint8Array());
    const things = fc.uniqueArray(thing, { selector: ([seq]) => seq });
    fc.assert(
      fc.property(things, (rows) => {
        db.exec('DELETE FROM things');
        for (const [seq, words, octets] of rows) insert.run(seq, words, octets);
        for (const limit of [1, rows.length]) expect(asJson.all(0, limit)).to.deep.equal(asObjects.all(0, limit));
      }),
    );
  });

  it('are none where there are none', () => {
    expect(asJson.all(0, 10)).to.deep.equal([]);
  });
});
