"use client";

import { useTranslations } from "next-intl";
import { type FormEvent, useCallback, useEffect, useState } from "react";
import { CallRefused, call, target } from "@/components/client/api";
import { CallFailure } from "@/components/client/call-failure";
import { DemonstrationCode } from "@/components/client/demonstration-code";
import { answerChallenge, PasskeyFailed } from "@/components/client/passkey";
import { StepUpOrganisation } from "@/components/client/step-up-organisation";
import { TextInput } from "@/components/form/controls";
import { Field } from "@/components/form/field";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { Loading } from "@/components/ui/loading";
import { Notice } from "@/components/ui/states";
import type { startStepUp, stepUp } from "@/lib/api-client/operations/account";
import type { StepUpOptions, StepUpProof } from "@/lib/identity/account/schema";

const optionsOf = target<typeof startStepUp>("POST", "/confidential/account/step-up/options");
const proveTo = target<typeof stepUp>("POST", "/confidential/account/step-up");

type Typed = "code" | "recovery_code" | "password";

function firstTyped(options: StepUpOptions): Typed | undefined {
  if (options.totp) return "code";
  if (options.password) return "password";
  return options.recovery ? "recovery_code" : undefined;
}

function firstControl(options: StepUpOptions): string {
  if (options.passkey !== null) return "step-up-passkey";
  return options.organisation ? "step-up-organisation" : "step-up";
}

/** Options of one try: a challenge accepts one answer, so each new attempt fetches new ones. */
function useOptions() {
  const [options, setOptions] = useState<StepUpOptions | undefined>();
  const [error, setError] = useState<unknown>();
  const fetchOptions = useCallback(async () => {
    try {
      setOptions(await call(optionsOf, { body: {} }));
    } catch (failure) {
      setError(failure);
    }
  }, []);
  useEffect(() => void fetchOptions(), [fetchOptions]);
  return { options, error, setError, fetchOptions };
}

function Failure({ error, isPassword }: { error: unknown; isPassword: boolean }) {
  const t = useTranslations("portal.stepUp");
  if (error instanceof PasskeyFailed)
    return (
      <Notice tone="amber" icon="warning" isLive title={t("noPasskey")}>
        <p>{t(error.fault === "unsupported" ? "unsupported" : "again")}</p>
      </Notice>
    );
  if (error instanceof CallRefused && error.problem.code === "auth.sign-in")
    return (
      <Notice tone="oxblood" icon="stop" isLive title={t("refused")}>
        <p>{t(isPassword ? "refusedPassword" : "refusedText")}</p>
      </Notice>
    );
  return <CallFailure error={error} />;
}

/** Asks the signed-in person to prove again who sits here; true once the portal has taken the proof. */
export function StepUpDialog(props: {
  demonstration: string | undefined;
  onDone: (hasProved: boolean) => void;
}) {
  const { onDone } = props;
  const t = useTranslations("portal.stepUp");
  const { options, error, setError, fetchOptions } = useOptions();
  const [busy, setBusy] = useState<"passkey" | "typed" | undefined>();
  const prove = async (how: "passkey" | "typed", proofOf: () => Promise<StepUpProof>) => {
    setBusy(how);
    setError(undefined);
    try {
      await call(proveTo, { body: await proofOf() });
      onDone(true);
    } catch (failure) {
      setError(failure);
      setBusy(undefined);
      if (how === "passkey") await fetchOptions();
    }
  };
  useEffect(() => {
    // What is asked for comes after the dialog: the focus goes there once it is known.
    if (options !== undefined) document.getElementById(firstControl(options))?.focus();
  }, [options]);
  const passkey = options?.passkey ?? undefined;
  const isPassword = options?.password === true;
  return (
    <Dialog isOpen onClose={() => onDone(false)} title={t("title")} canClose={busy === undefined}>
      <p className="text-body">{t(isPassword ? "textPassword" : "text")}</p>
      <div aria-live="polite" className="mt-4 empty:hidden">
        <Failure error={error} isPassword={isPassword} />
      </div>
      {options === undefined ? (
        error === undefined ? (
          <Loading text={t("loading")} />
        ) : null
      ) : (
        <>
          {passkey === undefined ? null : (
            <Button
              id="step-up-passkey"
              look="primary"
              size="large"
              icon="key"
              className="mt-4 w-full"
              isBusy={busy === "passkey"}
              onClick={() => prove("passkey", async () => ({ assertion: await answerChallenge(passkey) }))}
            >
              {t("passkey")}
            </Button>
          )}
          {options.organisation ? <StepUpOrganisation onProved={() => onDone(true)} /> : null}
          <TypedProof
            options={options}
            isPrimary={passkey === undefined && !options.organisation}
            isBusy={busy === "typed"}
            demonstration={props.demonstration}
            onProve={(proof) => prove("typed", async () => proof)}
          />
        </>
      )}
    </Dialog>
  );
}

function TypedProof(props: {
  options: StepUpOptions;
  isPrimary: boolean;
  isBusy: boolean;
  demonstration: string | undefined;
  onProve: (proof: StepUpProof) => void;
}) {
  const t = useTranslations("portal.stepUp");
  const { options, isBusy } = props;
  const [kind, setKind] = useState(firstTyped(options));
  const [text, setText] = useState("");
  if (kind === undefined) return null;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (isBusy || text.trim() === "") return;
    setText("");
    props.onProve({ [kind]: text.trim() });
  };
  const other = kind === "code" ? "recovery_code" : "code";
  const hasOther = kind !== "password" && options.totp && options.recovery;
  return (
    <form method="post" onSubmit={submit} noValidate className="mt-4">
      <div className="flex items-end gap-3">
        <Field id="step-up" label={t(LABELS[kind])} className="grow">
          {(control) => (
            <TextInput
              {...control}
              type={kind === "password" ? "password" : "text"}
              inputMode={kind === "code" ? "numeric" : "text"}
              autoComplete={COMPLETE[kind]}
              spellCheck={false}
              value={text}
              onChange={(event) => setText(event.target.value)}
            />
          )}
        </Field>
        <Button
          id="step-up-submit"
          type="submit"
          look={props.isPrimary ? "primary" : "secondary"}
          isBusy={isBusy}
        >
          {t("submit")}
        </Button>
      </div>
      {kind === "code" && props.demonstration !== undefined ? (
        <DemonstrationCode
          person={props.demonstration}
          onFill={(code) => {
            setText(code);
            document.getElementById("step-up-submit")?.focus();
          }}
        />
      ) : null}
      {hasOther ? (
        <button
          type="button"
          onClick={() => setKind(other)}
          className="mt-2 min-h-touch cursor-pointer text-control underline underline-offset-4 tablet:min-h-bar"
        >
          {t(other === "code" ? "useCode" : "useRecovery")}
        </button>
      ) : null}
    </form>
  );
}

const LABELS = { code: "code", recovery_code: "recovery", password: "password" } as const;
const COMPLETE = { code: "one-time-code", recovery_code: "off", password: "current-password" } as const;
