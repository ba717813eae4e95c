import { invalidField } from "@/lib/access/invalid-field";

/** The version of a request as a strong entity tag (RFC 9110, 8.8.3). */
export function etagOf(version: number): string {
  return `"${version}"`;
}

/** The version an If-Match names; nothing when there is none or it says `*`. A list of tags is not accepted. */
export function versionOf(ifMatch: string | undefined): number | undefined {
  if (ifMatch === undefined || ifMatch.trim() === "*") return undefined;
  const match = /^"([1-9][0-9]{0,8})"$/.exec(ifMatch.trim());
  if (match === null) throw invalidField("/if-match", "is not the ETag of a request");
  return Number(match[1]);
}
