"use client";

import Link from "next/link";
import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { useEffect, useState } from "react";
import { target } from "@/components/client/api";
import { TextField } from "@/components/form/fields";
import { FormFrame } from "@/components/form/form-frame";
import { useForm } from "@/components/form/use-form";
import { Button } from "@/components/ui/button";
import { CodeSample } from "@/components/ui/code-sample";
import { LocalTime } from "@/components/ui/local-time";
import { Section } from "@/components/ui/section";
import { Notice } from "@/components/ui/states";
import type { SecondAdministratorAnswer, SetupPeople } from "@/lib/administration/setup/schema";
import type { nameSecondAdministrator } from "@/lib/api-client/operations/administration/readiness";

const NAME = target<typeof nameSecondAdministrator>("POST", "/confidential/admin/setup/second-administrator");

const PERIOD_MS = 4_000;
/** Longer waiting would only keep an idle session alive. */
const LONGEST_MS = 10 * 60_000;

/** Reads the page again while the second administrator has not signed in. */
function useWaiting(isOn: boolean): void {
  const router = useRouter();
  useEffect(() => {
    if (!isOn) return;
    const until = Date.now() + LONGEST_MS;
    const timer = setInterval(() => {
      if (Date.now() > until) clearInterval(timer);
      else if (!document.hidden) router.refresh();
    }, PERIOD_MS);
    return () => clearInterval(timer);
  }, [isOn, router]);
}

function MadeLink({ answer, onDone }: { answer: SecondAdministratorAnswer; onDone: () => void }) {
  const t = useTranslations("setup.second");
  const { name, link, expires_at: end } = answer;
  return (
    <div className="max-w-[640px] pt-4">
      <Notice tone="amber" icon="key" isLive title={t("linkTitle", { name })}>
        <p>{t("linkText")}</p>
      </Notice>
      <div className="my-4">
        <CodeSample label={t("link", { name })} code={link} />
      </div>
      <p className="mb-4 text-control text-ink-2">
        {t("until")} <LocalTime instant={end} form="minute" />
      </p>
      <Button onClick={onDone}>{t("done")}</Button>
    </div>
  );
}

function NameForm({ onDone }: { onDone: (answer: SecondAdministratorAnswer) => void }) {
  const t = useTranslations("setup.second");
  const form = useForm({
    call: NAME,
    schema: async () => (await import("@/lib/administration/setup/schema")).SecondAdministrator,
    id: "second",
    initial: { name: "", email: "" },
    isInDialog: true,
    refreshes: false,
    toBody: ({ name, email }) => ({ name: name.trim(), email: email.trim() }),
    controls: { "/name": "name", "/email": "email" },
    words: {
      name: { label: t("name"), missing: t("nameMissing") },
      email: { label: t("email"), missing: t("emailMissing"), wrong: t("emailWrong") },
    },
    onDone,
  });
  return (
    <FormFrame
      form={form}
      submit={t("submit")}
      icon="arrow"
      failed={t("failed")}
      className="max-w-[640px] pt-4"
    >
      <TextField form={form} name="name" maxLength={200} />
      <TextField form={form} name="email" maxLength={254} type="email" />
    </FormFrame>
  );
}

/** Step 3: the first administrator names the second, and hands over the link. */
export function SecondAdministrator({ second }: { second: SetupPeople["second"] }) {
  const t = useTranslations("setup.second");
  const step = useTranslations("setup.begin");
  const [answer, setAnswer] = useState<SecondAdministratorAnswer>();
  const [hasNamed, setNamed] = useState(false);
  useWaiting(second !== null || hasNamed);
  return (
    <Section title={t("title")} action={step("step", { number: 3 })}>
      <p className="max-w-[64ch] pt-3 text-control">{t("text")}</p>
      {answer !== undefined ? (
        <MadeLink answer={answer} onDone={() => setAnswer(undefined)} />
      ) : (
        <>
          {second === null ? null : (
            <p className="max-w-[64ch] pt-3 text-control text-ink-2">
              {t("waits", { name: second.name, email: second.email })}{" "}
              <Link href={`/people/${second.id}`} prefetch={false} className="underline underline-offset-4">
                {t("withdraw", { name: second.name })}
              </Link>
            </p>
          )}
          <NameForm
            onDone={(made) => {
              setAnswer(made);
              setNamed(true);
            }}
          />
        </>
      )}
    </Section>
  );
}
