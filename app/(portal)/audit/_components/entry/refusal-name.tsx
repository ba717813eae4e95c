import { useTranslations } from "next-intl";
import audit from "@/components/messages/en/audit.json";

// As in part-value.tsx: the words themselves say which codes have some, and the browser is not sent this file.

type RefusalKey = keyof typeof audit.refusals;

function hasWords(key: string): key is RefusalKey {
  return Object.hasOwn(audit.refusals, key);
}

/**
 * Returns the message key under `audit.refusals` for an error code; undefined for one that no refusal in the log has. All
 * that is not found has the same words, as has every part of the service that did not respond.
 */
export function refusalKey(code: string): RefusalKey | undefined {
  if (code.endsWith("not-found")) return "not_found";
  if (code.startsWith("service.")) return "service_unavailable";
  const key = code.replaceAll(/[.-]/g, "_");
  return hasWords(key) ? key : undefined;
}

/** Why something was refused or failed, in words, with the code that the entry has. */
export function RefusalName({ code }: { code: string }) {
  const t = useTranslations("audit.refusals");
  const key = refusalKey(code);
  return (
    <>
      {key === undefined ? null : <>{t(key)} </>}
      <code className="block break-words font-mono text-ink-2 text-note">{code}</code>
    </>
  );
}
