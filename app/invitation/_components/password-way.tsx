"use client";

import { useTranslations } from "next-intl";
import { type FormEvent, useState } from "react";
import { acceptByPassword } from "@/app/invitation/_components/invitation-calls";
import { SetUpFailure } from "@/app/invitation/_components/passkey-way";
import { type Attempt, codeOf } from "@/components/client/use-attempt";
import { AppCodeField } from "@/components/form/app-code-field";
import { TextInput } from "@/components/form/controls";
import { Field } from "@/components/form/field";
import { Button } from "@/components/ui/button";
import { Digest } from "@/components/ui/digest";
import { QrCode } from "@/components/ui/qr-code";
import type { TotpSetUp } from "@/lib/identity/account/schema";

const MIN_LENGTH = 12;

type Missing = Partial<Record<"password" | "code", true>>;

function Secret({ totp }: { totp: TotpSetUp }) {
  const t = useTranslations("invitation.password");
  return (
    <div className="flex flex-wrap gap-6">
      <QrCode text={totp.uri} label={t("qr")} />
      <div className="min-w-0 flex-1 basis-[200px] text-body">
        <p>{t("scan")}</p>
        <p className="mt-3 text-control text-ink-2">{t("type")}</p>
        <Digest value={totp.secret} label={t("secret")} isWhole />
      </div>
    </div>
  );
}

/** A password and an authenticator program, for who has no device that makes passkeys. */
export function PasswordWay(props: {
  token: string;
  totp: TotpSetUp;
  setUp: Attempt;
  /** What follows the sign-in. */
  onDone: () => void;
  onAgain: () => void;
}) {
  const t = useTranslations("invitation.password");
  const { token, totp, setUp } = props;
  const [password, setPassword] = useState("");
  const [code, setCode] = useState("");
  const [missing, setMissing] = useState<Missing>({});
  const isWeak = setUp.fault("/password") !== undefined;
  const isWrong = setUp.fault("/code") !== undefined;
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const found: Missing = {
      ...([...password].length < MIN_LENGTH ? { password: true } : {}),
      ...(code.trim() === "" ? { code: true } : {}),
    };
    setMissing(found);
    const [first] = Object.keys(found);
    if (first !== undefined) {
      document.getElementById(`first-${first}`)?.focus();
      return;
    }
    const typed = { password, challenge: totp.challenge, code: code.trim() };
    if (await setUp.run(() => acceptByPassword(token, typed))) props.onDone();
    else setCode("");
  };
  return (
    <form method="post" onSubmit={submit} noValidate className="grid gap-4">
      <p className="text-body">{t("text")}</p>
      <Field
        id="first-password"
        label={t("password")}
        help={t("help")}
        error={missing.password ? t("short") : isWeak ? t("weak") : undefined}
      >
        {(control) => (
          <TextInput
            {...control}
            type="password"
            autoComplete="new-password"
            value={password}
            onChange={(event) => setPassword(event.target.value)}
          />
        )}
      </Field>
      <Secret totp={totp} />
      <AppCodeField
        id="first-code"
        label={t("code")}
        help={t("codeHelp")}
        error={missing.code ? t("codeMissing") : isWrong ? t("codeWrong") : undefined}
        value={code}
        onChange={setCode}
      />
      <SetUpFailure error={isWeak || isWrong ? undefined : setUp.error} />
      <div className="flex flex-wrap gap-2">
        <Button type="submit" look="primary" size="large" isBusy={setUp.isBusy}>
          {t("submit")}
        </Button>
        {codeOf(setUp.error) === "credential.challenge" ? (
          <Button size="large" onClick={props.onAgain}>
            {t("again")}
          </Button>
        ) : null}
      </div>
    </form>
  );
}
