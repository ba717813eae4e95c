/** What a scanner says. Whatever is no clear answer is `away`: it never stands for "nothing found". */
export type Verdict =
  | { readonly kind: "clean"; readonly engine: string }
  | { readonly kind: "infected"; readonly engine: string; readonly found: string }
  | {
      readonly kind: "away";
      /** For the log of the portal; no text of the scanner's. */
      readonly reason: "unreachable" | "timeout" | "broken-off" | "refused" | "unreadable";
    };

/** A malware scanner. */
export interface Scanner {
  /** Looks through the bytes. Never throws: a scanner that fails is away. */
  scan(bytes: Uint8Array): Promise<Verdict>;
}
