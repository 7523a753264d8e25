import { EchoGuard } from './echo.js';
import type { Vocabulary } from './understanding/vocabulary.js';
import type { ReplyArguments, ReplyKey } from './wording/texts.js';
import type { Wording } from './wording/wording.js';

/** The reply texts as they are now: a reload may bring others. What is queued already stays as it is. */
export class CurrentWording {
  #echo: EchoGuard;

  constructor(
    private wording: Wording,
    private readonly vocabulary: Vocabulary,
  ) {
    this.#echo = new EchoGuard(wording, vocabulary);
  }

  use(wording: Wording): void {
    this.wording = wording;
    this.#echo = new EchoGuard(wording, this.vocabulary);
  }

  render<Key extends ReplyKey>(key: Key, language: string | null, args: ReplyArguments<Key>): string {
    return this.wording.render(key, language, args);
  }

  /** What of ours a text is, or of another machine's; null for a person's words. */
  echoOf(text: string): string | null {
    return this.#echo.echoOf(text);
  }
}
