import { keptKey } from "@/components/client/kept-drafts";
import type { RecordStorage } from "../autosave/draft-record";

/** The server keeps no file names: the window that chose a document remembers the name by the document's digest. */
const keyOf = (person: string, sha256: string): string => keptKey("request", person, `document:${sha256}`);

export function keepDocumentName(storage: RecordStorage, person: string, sha256: string, name: string): void {
  try {
    storage.setItem(keyOf(person, sha256), name);
  } catch {
    // Without storage the document is told by its kind and size.
  }
}

/** The name that this window knows for a document of this person's; undefined when it was chosen elsewhere. */
export function documentName(storage: RecordStorage, person: string, sha256: string): string | undefined {
  try {
    return storage.getItem(keyOf(person, sha256)) ?? undefined;
  } catch {
    return undefined;
  }
}
