"use client";

import { useTranslations } from "next-intl";
import { type FormEvent, useState } from "react";
import { csrfToken, send } from "@/components/client/api";
import { answerChallenge } from "@/components/client/passkey";
import { useReady } from "@/components/client/use-ready";
import { TextInput } from "@/components/form/controls";
import { Field, type FieldControl } from "@/components/form/field";
import { Button } from "@/components/ui/button";
import { Icon } from "@/components/ui/icon";

export interface Typed {
  readonly email: string;
  readonly password: string;
  readonly code: string;
  readonly recovery_code: string;
}

/** Signs in by what was typed; the cookie comes with the answer. Throws CallRefused and NetworkLost. */
export async function signInByPassword(typed: Typed): Promise<void> {
  await send("POST", "/api/auth/callback/password", { body: { csrf_token: await csrfToken(), ...typed } });
}

/** Signs in by whatever passkey the person chooses. Throws PasskeyFailed too. */
export async function signInByPasskey(): Promise<void> {
  const options: unknown = await (await send("GET", "/api/auth/passkey/options")).json();
  const assertion = await answerChallenge(options);
  await send("POST", "/api/auth/callback/passkey", { body: { csrf_token: await csrfToken(), assertion } });
}

const LARGE = "tablet:min-h-[40px]! tablet:text-body!";

function PasswordInput(props: { control: FieldControl; value: string; onChange: (value: string) => void }) {
  const t = useTranslations("signin");
  const [isShown, setShown] = useState(false);
  return (
    <div className="relative">
      <TextInput
        {...props.control}
        type={isShown ? "text" : "password"}
        autoComplete="current-password"
        value={props.value}
        onChange={(event) => props.onChange(event.target.value)}
        className={`${LARGE} pr-12`}
      />
      <button
        type="button"
        aria-pressed={isShown}
        aria-label={t("form.showPassword")}
        onClick={() => setShown(!isShown)}
        className={`absolute top-0 right-0 inline-flex h-full w-touch cursor-pointer items-center justify-center rounded-control hover:text-ink ${isShown ? "text-accent" : "text-ink-2"}`}
      >
        <Icon name="eye" />
      </button>
    </div>
  );
}

type Missing = Partial<Record<"email" | "password", true>>;

/** Password with a code or a recovery code. Keeps what was typed after a refusal, but for the code: it is used. */
export function SignInForm(props: {
  typed: Typed;
  isRecovery: boolean;
  /** Until the demonstration's codes change. */
  seconds: number | undefined;
  isBusy: boolean;
  onChange: (change: Partial<Typed>) => void;
  onSubmit: () => void;
}) {
  const t = useTranslations("signin");
  const [missing, setMissing] = useState<Missing>({});
  const isReady = useReady();
  const { typed, isRecovery, onChange } = props;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (props.isBusy) return;
    const found: Missing = {
      ...(typed.email.trim() === "" ? { email: true } : {}),
      ...(typed.password === "" ? { password: true } : {}),
    };
    setMissing(found);
    const [first] = Object.keys(found);
    if (first === undefined) props.onSubmit();
    else document.getElementById(first)?.focus();
  };
  return (
    <form method="post" onSubmit={submit} noValidate>
      <fieldset disabled={!isReady} className="grid min-w-0 gap-4">
        <Field id="email" label={t("form.email")} error={missing.email && t("form.emailMissing")}>
          {(control) => (
            <TextInput
              {...control}
              type="email"
              autoComplete="username"
              value={typed.email}
              onChange={(event) => onChange({ email: event.target.value })}
              className={LARGE}
            />
          )}
        </Field>
        <Field id="password" label={t("form.password")} error={missing.password && t("form.passwordMissing")}>
          {(control) => (
            <PasswordInput
              control={control}
              value={typed.password}
              onChange={(password) => onChange({ password })}
            />
          )}
        </Field>
        <div className="flex items-end gap-3">
          {isRecovery ? (
            <Field id="recovery" label={t("form.recovery")} className="grow">
              {(control) => (
                <TextInput
                  {...control}
                  autoComplete="off"
                  spellCheck={false}
                  value={typed.recovery_code}
                  onChange={(event) => onChange({ recovery_code: event.target.value })}
                  className={`${LARGE} font-mono`}
                />
              )}
            </Field>
          ) : (
            <CodeField value={typed.code} seconds={props.seconds} onChange={(code) => onChange({ code })} />
          )}
          <Button id="sign-in-submit" type="submit" size="large" isBusy={props.isBusy}>
            {t("form.submit")}
          </Button>
        </div>
      </fieldset>
    </form>
  );
}

function CodeField(props: { value: string; seconds: number | undefined; onChange: (code: string) => void }) {
  const t = useTranslations("signin");
  return (
    <Field id="code" label={t("form.code")} className="min-w-0 grow">
      {(control) => (
        <div className="relative">
          <TextInput
            {...control}
            inputMode="numeric"
            autoComplete="one-time-code"
            maxLength={16}
            value={props.value}
            onChange={(event) => props.onChange(event.target.value)}
            className={`${LARGE} pr-24`}
          />
          {props.seconds === undefined ? null : (
            <span className="pointer-events-none absolute inset-y-0 right-3 inline-flex items-center text-ink-2 text-note">
              {t("form.newIn", { seconds: props.seconds })}
            </span>
          )}
        </div>
      )}
    </Field>
  );
}
