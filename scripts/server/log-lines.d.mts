export type WriteLine = (level: string, fields: Readonly<Record<string, unknown>>, msg: string) => void;
export function lineWriter(lowest?: string, write?: (text: string) => void): WriteLine;
export function catchPlainText(
  line: WriteLine,
  places?: { readonly on?: NodeJS.Process; readonly to?: Console },
): void;
