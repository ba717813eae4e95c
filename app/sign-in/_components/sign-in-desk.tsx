"use client";

import Link from "next/link";
import { useTranslations } from "next-intl";
import { type ReactNode, useState, useSyncExternalStore } from "react";
import { DemonstrationPeople } from "@/app/sign-in/_components/demonstration-people";
import { OrganisationWay } from "@/app/sign-in/_components/organisation-way";
import { SignInFailure, type SignInWay } from "@/app/sign-in/_components/sign-in-failure";
import {
  SignInForm,
  signInByPasskey,
  signInByPassword,
  type Typed,
} from "@/app/sign-in/_components/sign-in-form";
import { grouped, useCodes } from "@/components/client/use-codes";
import { Button } from "@/components/ui/button";
import type { Demonstration, DemonstrationPerson } from "@/lib/identity/schema";

const NOTHING: Typed = { email: "", password: "", code: "", recovery_code: "" };
const never = () => () => undefined;

/** Without the code, because a filled-in code follows the clock. */
function typedFor({ email, password }: DemonstrationPerson): Typed {
  return { ...NOTHING, email, password };
}

/** The host name of the page, if passkeys do not work there: a passkey belongs to one host name. */
function useOtherOrigin(origin: string): string | undefined {
  return useSyncExternalStore(
    never,
    () => (window.location.origin === origin ? undefined : origin),
    () => undefined,
  );
}

/** Loads a new document, so that all of it is made for the person who signed in. */
function useSignIn(to: string) {
  const [busy, setBusy] = useState<SignInWay | undefined>();
  const [error, setError] = useState<unknown>();
  const [way, setWay] = useState<SignInWay>("password");
  const run = async (way: SignInWay, work: () => Promise<void>): Promise<boolean> => {
    setBusy(way);
    setWay(way);
    setError(undefined);
    try {
      await work();
      window.location.assign(to);
      return true;
    } catch (failure) {
      setError(failure);
      setBusy(undefined);
      return false;
    }
  };
  return { busy, error, way, run };
}

/** Passkey first, then password with code. If there are demonstration people, they are listed next to it. */
export function SignInDesk(props: {
  to: string;
  origin: string;
  /** Whether any organisation signs in by its own identity provider. */
  hasOrganisations: boolean;
  demonstration: Demonstration | undefined;
  /** The demonstration person whose sign-in was asked for, by handle. */
  wanted: string | undefined;
  head: ReactNode;
  foot: ReactNode;
}) {
  const t = useTranslations("signin");
  const codes = useCodes(props.demonstration);
  const wanted = props.demonstration?.people.find(({ handle }) => handle === props.wanted);
  const [typed, setTyped] = useState(wanted === undefined ? NOTHING : typedFor(wanted));
  const [isRecovery, setRecovery] = useState(false);
  const [filled, setFilled] = useState(wanted?.handle);
  const { busy, error, way, run } = useSignIn(props.to);
  const elsewhere = useOtherOrigin(props.origin);
  const person = codes?.people.find(({ handle }) => handle === filled);
  // A filled-in code follows the clock until the person types one.
  const code = person === undefined || person.code === null ? typed.code : grouped(person.code);
  const change = (part: Partial<Typed>) => {
    setFilled(undefined);
    setTyped({ ...typed, code, ...part });
  };
  const fill = (person: DemonstrationPerson) => {
    setRecovery(false);
    setFilled(person.handle);
    setTyped(typedFor(person));
    // The pressed button is gone, so the focus moves to the button that sends.
    document.getElementById("sign-in-submit")?.focus();
  };
  const submit = async () => {
    const sent = isRecovery ? { ...typed, code: "" } : { ...typed, code, recovery_code: "" };
    if (!(await run("password", () => signInByPassword(sent)))) setTyped({ ...typed, code: "" });
  };
  return (
    <div className="grid min-h-[calc(100dvh-28px)] facts:grid-cols-[minmax(0,520px)_minmax(0,1fr)]">
      <main
        id="content"
        tabIndex={-1}
        className="flex flex-col px-4 py-8 outline-none tablet:px-[72px] tablet:py-10"
      >
        {props.head}
        <div className="mt-6 max-w-[376px]">
          <div aria-live="polite" className="mb-4 empty:hidden">
            <SignInFailure error={error} way={way} />
          </div>
          <Button
            look="primary"
            size="large"
            icon="key"
            className="w-full"
            isBusy={busy === "passkey"}
            onClick={() => run("passkey", signInByPasskey)}
          >
            {t("passkey")}
          </Button>
          {elsewhere === undefined ? null : (
            <p className="mt-2 text-ink-2 text-note">{t("passkeyElsewhere", { origin: elsewhere })}</p>
          )}
          {props.hasOrganisations ? <OrganisationWay to={props.to} /> : null}
          <p className="my-5 flex items-center gap-3 text-ink-2 text-note before:h-px before:grow before:bg-line-2 after:h-px after:grow after:bg-line-2">
            {t("or")}
          </p>
          <SignInForm
            typed={{ ...typed, code }}
            isRecovery={isRecovery}
            seconds={codes?.seconds}
            isBusy={busy === "password"}
            onChange={change}
            onSubmit={submit}
          />
          <div className="mt-3 text-control">
            <button
              type="button"
              onClick={() => setRecovery(!isRecovery)}
              className="min-h-touch cursor-pointer underline underline-offset-4 tablet:min-h-bar"
            >
              {t(isRecovery ? "useCode" : "useRecovery")}
            </button>
            <details className="mt-1">
              <summary className="min-h-touch cursor-pointer py-3 underline underline-offset-4 tablet:min-h-bar tablet:py-1">
                {t("lost.title")}
              </summary>
              <div className="mt-1 grid gap-2 border-line-2 border-l-2 pl-4 text-ink-2">
                <p>{t("lost.other")}</p>
                <p>{t("lost.recovery")}</p>
                <p>{t("lost.people")}</p>
                <p>
                  <Link href="/help" prefetch={false} className="underline underline-offset-4">
                    {t("lost.help")}
                  </Link>
                </p>
              </div>
            </details>
          </div>
        </div>
        <div className="mt-auto pt-10">{props.foot}</div>
      </main>
      {codes === undefined ? null : (
        <aside
          aria-label={t("people.title")}
          className="border-line border-t bg-margin px-4 py-8 tablet:px-12 tablet:py-10 facts:border-t-0 facts:border-l"
        >
          <DemonstrationPeople codes={codes} filled={person?.handle} onFill={fill} />
        </aside>
      )}
    </div>
  );
}
