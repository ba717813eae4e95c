/** Why a file is not a list that can be imported, with the sentence for a command line and the values for other words. */
const SENTENCES = {
  empty: ({ columns }: Values) => `the file is empty; its first line names ${columns}`,
  noRows: () => "the file has a first line only",
  tooLong: ({ megabytes }: Values) => `the file is longer than ${megabytes} MB`,
  encoding: ({ line }: Values) => `line ${line} is not UTF-8`,
  strayQuote: ({ line }: Values) => `line ${line} of the CSV has a quote within a cell that is not quoted`,
  openQuote: ({ line }: Values) => `line ${line} of the CSV opens a quote and does not close it`,
  afterQuote: ({ line }: Values) => `line ${line} of the CSV continues after a closed quote`,
  otherColumn: ({ column, columns }: Values) => `line 1 names the column "${column}"; columns are ${columns}`,
  columnTwice: ({ column }: Values) => `line 1 names the column "${column}" twice`,
  noColumn: ({ column, columns }: Values) => `line 1 lacks the column "${column}"; columns are ${columns}`,
  tooManyRows: ({ line, most }: Values) => `line ${line} is over the limit: a file has ${most} rows at most`,
} as const;

type Values = Readonly<Record<string, string | number>>;
export type FileFaultCode = keyof typeof SENTENCES;

/** What a person does about it; an empty text where the sentence says enough. */
const REMEDIES: Readonly<Partial<Record<FileFaultCode, string>>> = {
  encoding: "Save the file as CSV UTF-8 and run the command again.",
  tooLong: "Split it into files with the same first line.",
  tooManyRows: "Move that line and the lines after it to a second file with the same first line.",
};

/** A file that is no list of the expected form. Nothing of it is used. */
export class FileFault extends Error {
  override readonly name = "FileFault";
  readonly remedy: string | undefined;

  constructor(
    readonly code: FileFaultCode,
    readonly values: Values = {},
  ) {
    super(SENTENCES[code](values));
    this.remedy = REMEDIES[code];
  }
}
