import { Digest } from "@/components/ui/digest";
import { hexOfDigest } from "@/lib/format";

/** The SHA-256 of a file, in the form that `sha256sum` prints: for comparing by hand. Takes the API's base64url. */
export function FileDigest({ value, label }: { value: string; label: string }) {
  return <Digest value={hexOfDigest(value)} label={label} />;
}
