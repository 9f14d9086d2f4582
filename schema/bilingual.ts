// A text for readers of either language.

export interface Bilingual {
  readonly en: string;
  readonly zh: string;
}
