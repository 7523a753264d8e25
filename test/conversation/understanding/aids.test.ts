import { expect } from 'chai';
import { readingAids } from '../../../src/conversation/understanding/aids.js';
import { readText } from '../../../src/conversation/understanding/read.js';
import { packagedKnowledge } from './aids.js';

describe('what texts are read with', () => {
  it('goes without places where the list is not to be had, and says so', async () => {
    const causes: string[] = [];
    const gone = () => Promise.reject(new Error('villages.csv is gone'));
    const aids = await readingAids(packagedKnowledge(), (cause) => causes.push(cause), gone);
    const { kind, locations } = readText('jalan rusak di kab Buleleng', aids);
    expect([kind.kind, locations]).to.deep.equal(['complaint', []]);
    expect(causes).to.deep.equal(['villages.csv is gone']);
  });
});
