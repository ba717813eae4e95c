import { useTranslations } from "next-intl";
import { Unbroken } from "@/components/ui/unbroken";
import type { OperationSpec } from "@/lib/api-client/operation";

/** Shows who may make a call, its rate budget, and the log entry that it writes. */
export function WhoMayCall({ operation }: { operation: OperationSpec }) {
  const t = useTranslations("developers.call");
  const { scopes, roles, duties, sessionOnly, stepUp, idempotent } = operation;
  const who = sessionOnly === true ? t("sessionOnly") : scopes === "none" ? t("noKey") : t("anyKey");
  const facts: readonly (readonly [string, string])[] = [
    [t("who"), Array.isArray(scopes) && sessionOnly !== true ? `${t("scopes")}: ${scopes.join(" / ")}` : who],
    ...(scopes === "none" ? [] : [[t("roles"), roles === "any" ? t("anyRole") : roles.join(", ")] as const]),
    ...(duties === undefined ? [] : [[t("duties"), duties.join(" / ")] as const]),
    ...(scopes === "none" ? [] : [[t("budget"), operation.rate] as const]),
    [t("action"), operation.action],
  ];
  const notes = [
    ...(stepUp === true ? [t("stepUp")] : []),
    ...(idempotent === undefined ? [] : [t("idempotent")]),
  ];
  return (
    <>
      <dl className="flex flex-wrap gap-x-6 gap-y-1 text-control">
        {facts.map(([name, value]) => (
          <div key={name} className="flex min-w-0 gap-2">
            <dt className="shrink-0 text-ink-2">{name}</dt>
            <dd className="min-w-0 break-words">
              <Unbroken>{value}</Unbroken>
            </dd>
          </div>
        ))}
      </dl>
      {notes.length === 0 ? null : (
        <p className="mt-1 text-control text-ink-2">
          <Unbroken>{notes.join(" · ")}</Unbroken>
        </p>
      )}
    </>
  );
}
