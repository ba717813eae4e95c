import type { KeyView } from "@/lib/keys/schema";

/** Who holds a key, as it is said to somebody of this participant. */
export function custodyOf(key: KeyView, own: string | undefined): KeyView["custody"] | "own" {
  return key.custody === "client" && key.participant_id === own ? "own" : key.custody;
}
