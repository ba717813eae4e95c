"use client";

import { useTranslations } from "next-intl";
import { useId, useState } from "react";
import type { RosterActs } from "@/app/(portal)/account/security/_components/statement-keys/use-roster-acts";
import { Select } from "@/components/form/controls";
import { Field } from "@/components/form/field";
import { Button } from "@/components/ui/button";
import type { RosterStanding } from "@/lib/identity/roster/schema";

function Nothing({ text }: { text: string }) {
  return <p className="py-3 text-control text-ink-2">{text}</p>;
}

/** Requests that a sign-in passkey is enrolled, in addition to the person's keys or in place of one. */
export function EnrolForm({ standing, acts }: { standing: RosterStanding; acts: RosterActs }) {
  const t = useTranslations("roster.enrol");
  const headingId = useId();
  const free = standing.passkeys.filter((passkey) => !passkey.is_enrolled && passkey.can_sign);
  const useless = standing.passkeys.filter((passkey) => !passkey.can_sign);
  const replaceable = standing.keys.filter((key) => key.kind === "passkey");
  const [passkeyId, setPasskeyId] = useState(free[0]?.id ?? "");
  const [removes, setRemoves] = useState("");
  // A passkey enrolled since then cannot be chosen again.
  const chosen = free.some((passkey) => passkey.id === passkeyId) ? passkeyId : (free[0]?.id ?? "");
  const submit = () => acts.ask({ passkey_id: chosen, ...(removes === "" ? {} : { removes }) });
  return (
    <section aria-labelledby={headingId} className="mt-6 max-w-[560px]">
      <h3 id={headingId} className="font-semibold text-body">
        {t("title")}
      </h3>
      {useless.map((passkey) => (
        <Nothing key={passkey.id} text={t("cannot", { name: passkey.label })} />
      ))}
      {free.length === 0 ? (
        <Nothing text={t(standing.passkeys.length > useless.length ? "allEnrolled" : "noPasskey")} />
      ) : (
        <form
          className="mt-3 space-y-4"
          onSubmit={(event) => {
            event.preventDefault();
            void submit();
          }}
        >
          <Field id="enrol-passkey" label={t("which")}>
            {(field) => (
              <Select {...field} value={chosen} onChange={(event) => setPasskeyId(event.target.value)}>
                {free.map((passkey) => (
                  <option key={passkey.id} value={passkey.id}>
                    {passkey.label}
                  </option>
                ))}
              </Select>
            )}
          </Field>
          {replaceable.length === 0 ? null : (
            <Field id="enrol-instead" label={t("inPlaceOf")}>
              {(field) => (
                <Select {...field} value={removes} onChange={(event) => setRemoves(event.target.value)}>
                  <option value="">{t("additional")}</option>
                  {replaceable.map((key) => (
                    <option key={key.id} value={key.id}>
                      {key.label ?? key.id}
                    </option>
                  ))}
                </Select>
              )}
            </Field>
          )}
          <p className="text-control text-ink-2">{t("hint")}</p>
          <Button type="submit" isBusy={acts.running !== undefined}>
            {t("submit")}
          </Button>
        </form>
      )}
    </section>
  );
}
