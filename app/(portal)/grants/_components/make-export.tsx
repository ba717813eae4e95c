"use client";

import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { target } from "@/components/client/api";
import { CallFailure } from "@/components/client/call-failure";
import { useApi } from "@/components/client/use-api";
import { Select } from "@/components/form/controls";
import { Field } from "@/components/form/field";
import { Button } from "@/components/ui/button";
import type { requestAuditExport } from "@/lib/api-client/operations/audit";

const request = target<typeof requestAuditExport>("POST", "/confidential/audit/exports");
const FORMATS = ["bundle", "csv", "xlsx", "json", "ndjson"] as const;

/** Asks for an export under the grant; it then stands in the list with how far it is. */
export function MakeExport({ grantId }: { grantId: string }) {
  const t = useTranslations("grants.exports");
  const api = useApi();
  const router = useRouter();
  const [key, setKey] = useState(() => crypto.randomUUID());
  const [format, setFormat] = useState<(typeof FORMATS)[number]>("bundle");
  const [isBusy, setBusy] = useState(false);
  const [isAsked, setAsked] = useState(false);
  const [error, setError] = useState<unknown>();
  const ask = async () => {
    setBusy(true);
    setError(undefined);
    try {
      // The same key until an answer came: a call repeated after a lost answer takes one unit.
      await api.call(request, { body: { format, grant_id: grantId }, idempotencyKey: key });
      setKey(crypto.randomUUID());
      setAsked(true);
      router.refresh();
    } catch (failure) {
      setError(failure);
    }
    setBusy(false);
  };
  return (
    <div className="my-4 print:hidden">
      <div className="flex flex-wrap items-end gap-3">
        <Field id="export-format" label={t("format")}>
          {(control) => (
            <Select
              {...control}
              value={format}
              onChange={(event) => setFormat(FORMATS.find((one) => one === event.target.value) ?? "bundle")}
            >
              {FORMATS.map((one) => (
                <option key={one} value={one}>
                  {one === "bundle" ? t("bundle") : one.toUpperCase()}
                </option>
              ))}
            </Select>
          )}
        </Field>
        <Button look="secondary" onClick={ask} isBusy={isBusy}>
          {t("act")}
        </Button>
      </div>
      <p role="status" className="mt-2 text-control">
        {isAsked ? t("asked") : null}
      </p>
      <CallFailure error={error} />
    </div>
  );
}
