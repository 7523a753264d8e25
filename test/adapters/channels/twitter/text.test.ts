import { expect } from 'chai';
import fc from 'fast-check';
import { readPost, type XPost } from '../../../../adapters/channels/twitter/post.js';
import { callsUs, citizenText, unescapeHtml, withoutCalls } from '../../../../adapters/channels/twitter/text.js';

const calls = { handle: 'lapor1708', hashtags: ['lapor1708', 'lapor'] };

function post(text: string, given: Readonly<Record<string, unknown>> = {}): XPost {
  const read = readPost({ id: '20', author_id: '7', text, ...given });
  if (read === null) throw new Error('not a post');
  return read;
}

const media = { url: 'https://t.co/foto', expanded_url: 'https://x.com/budi/status/20/photo/1', media_key: '3_1' };

const texts: readonly { label: string; text: string; given?: Readonly<Record<string, unknown>>; said: string }[] = [
  { label: 'a mention in front', text: '@lapor1708 jalan rusak', said: 'jalan rusak' },
  { label: 'a mention in capitals', text: '@LAPOR1708 jalan rusak', said: 'jalan rusak' },
  { label: 'a dot before the mention', text: '.@lapor1708 jalan rusak', said: 'jalan rusak' },
  { label: 'a colon after it', text: '@lapor1708: jalan rusak', said: 'jalan rusak' },
  { label: 'several of ours in front', text: '#lapor @lapor1708 #Lapor1708 jalan rusak', said: 'jalan rusak' },
  { label: 'ours at the end', text: 'jalan rusak @lapor1708 #lapor1708', said: 'jalan rusak' },
  {
    label: 'ours in the middle of a sentence',
    text: 'tolong @lapor1708 cek jalan ini',
    said: 'tolong @lapor1708 cek jalan ini',
  },
  { label: 'a hashtag in the middle', text: 'ayo #lapor kalau rusak', said: 'ayo #lapor kalau rusak' },
  { label: 'an agency that is named as well', text: '@lapor1708 @pemkotsmg lampu mati', said: '@pemkotsmg lampu mati' },
  { label: 'a handle that begins like ours', text: '@lapor17081 jalan rusak', said: '@lapor17081 jalan rusak' },
  { label: 'a hashtag that begins like ours', text: '#laporpak jalan rusak', said: '#laporpak jalan rusak' },
  { label: 'wide signs of an Asian keyboard', text: '＠lapor1708 jalan rusak ＃lapor', said: 'jalan rusak' },
  { label: 'signs that nobody sees around the call', text: '\u200f@lapor1708\u200b\u202e STATUS 1', said: 'STATUS 1' },
  { label: 'those at the end', text: 'jalan rusak\u200b @lapor1708\u200b', said: 'jalan rusak' },
  { label: 'an emoji of several signs', text: '@lapor1708 👨‍👩‍👧', said: '👨‍👩‍👧' },
  { label: 'commas between what ends it', text: 'jalan rusak, @lapor1708, #lapor', said: 'jalan rusak' },
  { label: 'commas after all', text: 'jalan rusak @lapor1708 ,', said: 'jalan rusak @lapor1708 ,' },
  { label: 'markup, which is text', text: '@lapor1708 &lt;script&gt;1&lt;/script&gt;', said: '<script>1</script>' },
  { label: 'nothing but the call', text: '@lapor1708', said: '' },
  { label: 'HTML entities', text: '@lapor1708 bau &amp; asap &lt;hitam&gt;', said: 'bau & asap <hitam>' },
  { label: 'what only looks like an entity, escaped', text: '@lapor1708 &amp;lt;', said: '&lt;' },
  {
    label: "the link to the post's own media",
    text: '@lapor1708 lubang https://t.co/foto',
    given: { entities: { urls: [media] } },
    said: 'lubang',
  },
  {
    label: 'the link to the post that it quotes',
    text: '@lapor1708 ini juga https://t.co/kutip',
    given: {
      entities: { urls: [{ url: 'https://t.co/kutip', expanded_url: 'https://twitter.com/x/status/19' }] },
      referenced_tweets: [{ type: 'quoted', id: '19' }],
    },
    said: 'ini juga',
  },
  {
    label: 'another link, in full',
    text: '@lapor1708 lihat https://t.co/peta ya',
    given: { entities: { urls: [{ url: 'https://t.co/peta', expanded_url: 'https://maps.example/?a=1$&b' }] } },
    said: 'lihat https://maps.example/?a=1$&b ya',
  },
  {
    label: 'mentions that X put there and hides',
    text: '@budi @lapor1708 @siti sudah 😀 seminggu',
    given: { display_text_range: [23, 37], in_reply_to_user_id: '9' },
    said: 'sudah 😀 seminggu',
  },
  {
    label: 'a hidden part counted in code points',
    text: '@lapor1708 😀😀 rusak',
    given: { display_text_range: [11, 19] },
    said: '😀😀 rusak',
  },
  {
    label: 'a long post in full',
    text: '@lapor1708 jalan rusak di depan… https://t.co/all',
    given: { note_tweet: { text: '@lapor1708 jalan rusak di depan kantor camat &amp; pasar' } },
    said: 'jalan rusak di depan kantor camat & pasar',
  },
  {
    label: 'a long post in the newer wording, with hidden mentions',
    text: '@budi @lapor1708 jalan rusak…',
    given: { display_text_range: [17, 29], note_post: { text: '@budi @lapor1708 jalan rusak sekali' } },
    said: 'jalan rusak sekali',
  },
];

const callers: readonly { label: string; text: string; given?: Readonly<Record<string, unknown>>; calls: boolean }[] = [
  { label: 'a mention', text: 'pak @lapor1708 tolong', calls: true },
  { label: 'a mention with a wide sign', text: 'pak ＠lapor1708 tolong', calls: true },
  { label: 'a hashtag of ours', text: 'jalan rusak #LAPOR', calls: true },
  { label: 'another hashtag', text: 'jalan rusak #laporan', calls: false },
  { label: 'an address in a mail', text: 'kirim ke a@lapor1708.id', calls: false },
  {
    label: 'a mention that X put there and hides',
    text: '@lapor1708 setuju!',
    given: { display_text_range: [11, 18] },
    calls: false,
  },
  {
    label: 'a mention beyond where a long post is cut',
    text: 'jalan rusak… https://t.co/all',
    given: { note_tweet: { text: 'jalan rusak dan seterusnya, tolong @lapor1708' } },
    calls: true,
  },
];

describe('twitter: the words of a post', () => {
  for (const { label, text, given, said } of texts) {
    it(`leaves what the citizen said of ${label}`, () => {
      expect(citizenText(post(text, given), calls)).to.equal(said);
    });
  }

  for (const { label, text, given, calls: isCall } of callers) {
    it(`takes ${label} ${isCall ? 'for a call' : 'for none'}`, () => {
      expect(callsUs(post(text, given), calls)).to.equal(isCall);
    });
  }

  for (const [label, text] of [
    ['commas', `x${','.repeat(25_000)}x`],
    ['blanks after a call', `x @lapor1708${' '.repeat(24_900)}x`],
    ['calls', `x ${'@lapor1708 '.repeat(2_270)}`],
    ['one word', `${'a'.repeat(25_000)}`],
  ] as const) {
    it(`does not ponder over a long post of ${label}`, () => {
      const fromMs = performance.now();
      withoutCalls(text, calls);
      expect(performance.now() - fromMs).to.be.lessThan(60);
    });
  }

  it('gives back any text that has none of ours at its edges', () => {
    const letters = fc.string({ unit: fc.constantFrom('a', ' ', '@', '#', '.', 'ü', '😀', '1') });
    fc.assert(fc.property(letters, (text) => withoutCalls(`x${text}x`, calls) === `x${text}x`));
  });

  it('undoes what X escapes', () => {
    const escaped = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
    const signs = fc.string({ unit: fc.constantFrom('&', '<', '>', ';', 'l', 't', 'amp', ' ') });
    fc.assert(fc.property(signs, (text) => unescapeHtml(escaped(text)) === text));
  });
});
