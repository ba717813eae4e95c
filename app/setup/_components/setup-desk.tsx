"use client";

import { useTranslations } from "next-intl";
import { type ReactNode, useEffect, useState } from "react";
import { PasskeyWay } from "@/app/invitation/_components/passkey-way";
import { useLinkToken } from "@/app/invitation/_components/use-link-token";
import {
  AdministratorForm,
  type Named,
  OrganisationForm,
  PlaceForm,
  viewSetup,
} from "@/app/setup/_components/setup-forms";
import { CallFailure } from "@/components/client/call-failure";
import { codeOf, useAttempt } from "@/components/client/use-attempt";
import { ButtonLink } from "@/components/ui/button-link";
import { LocalTime } from "@/components/ui/local-time";
import { Notice } from "@/components/ui/states";
import type { SetupCall, SetupView } from "@/lib/administration/setup/schema";

function Step({
  number,
  title,
  text,
  children,
}: {
  number: number;
  title: string;
  text?: string;
  children: ReactNode;
}) {
  const t = useTranslations("setup.begin");
  return (
    <section aria-labelledby="step">
      <p className="text-note text-ink-2">{t("step", { number })}</p>
      <h2 id="step" className="mt-1 font-semibold text-opened tracking-tight">
        {title}
      </h2>
      {text === undefined ? null : <p className="mt-1 text-body text-ink-2">{text}</p>}
      {children}
    </section>
  );
}

/** Loads this page again. The person is signed in now, so it continues with the second administrator. */
const goOn = () => window.location.assign("/setup");

function Passkey({ named }: { named: Named }) {
  const t = useTranslations("setup.passkey");
  const setUp = useAttempt();
  return (
    <Step number={2} title={t("title")} text={t("text", { name: named.name })}>
      <div className="mt-4">
        <PasskeyWay token={named.invitation} setUp={setUp} onDone={goOn} />
      </div>
    </Step>
  );
}

function Steps({ call, first }: { call: SetupCall; first: SetupView }) {
  const t = useTranslations("setup");
  const [view, setView] = useState(first);
  const [named, setNamed] = useState<Named>();
  if (named !== undefined) return <Passkey named={named} />;
  const end = (
    <p className="mt-6 text-note text-ink-2">
      {t.rich("begin.until", { time: () => <LocalTime instant={view.expires_at} form="clock" /> })}
    </p>
  );
  if (view.step === "organisation")
    return (
      <Step number={1} title={t("organisation.title")} text={t("organisation.text")}>
        <OrganisationForm call={call} view={view} onDone={setView} />
        {end}
      </Step>
    );
  const organisation = view.organisation ?? "";
  return (
    <Step number={2} title={t("administrator.title")} text={t("administrator.text", { organisation })}>
      <AdministratorForm call={call} view={view} onDone={setNamed} />
      {end}
    </Step>
  );
}

/** The link's call, and the answer of the portal to it. */
interface Checked {
  readonly call: SetupCall;
  readonly result: { readonly view: SetupView } | { readonly error: unknown };
}

function Refused({ error }: { error: unknown }) {
  const t = useTranslations("setup.begin.refused");
  return (
    <div className="grid gap-4">
      <CallFailure error={error} title={t("title")} />
      <div>
        <ButtonLink href="/sign-in?to=%2Fsetup" look="secondary">
          {t("signIn")}
        </ButtonLink>
      </div>
    </div>
  );
}

/** The steps before anyone can sign in. The token is in memory only, never in the document. */
export function SetupDesk() {
  const t = useTranslations("setup.begin");
  const token = useLinkToken();
  const [checked, setChecked] = useState<Checked>();
  useEffect(() => {
    if (typeof token !== "string") return;
    let isWanted = true;
    const call = { token };
    viewSetup(call).then(
      (view) => isWanted && setChecked({ call, result: { view } }),
      (error: unknown) => isWanted && setChecked({ call, result: { error } }),
    );
    return () => {
      isWanted = false;
    };
  }, [token]);
  if (token === null)
    return (
      <div className="grid gap-4">
        <Notice tone="amber" icon="warning" isLive title={t("none.title")}>
          <p>{t("none.text")}</p>
        </Notice>
        <div>
          <ButtonLink href="/sign-in?to=%2Fsetup" look="secondary">
            {t("refused.signIn")}
          </ButtonLink>
        </div>
      </div>
    );
  if (checked === undefined || checked.call.token !== token)
    return (
      <p role="status" className="text-body text-ink-2">
        {t("looking")}
      </p>
    );
  const { call, result } = checked;
  if ("view" in result) return <Steps key={token} call={call} first={result.view} />;
  if (codeOf(result.error) !== "setup.place") return <Refused error={result.error} />;
  const checkWith = async (setup_token: string) => {
    const proven = { token, setup_token };
    setChecked({ call: proven, result: { view: await viewSetup(proven) } });
  };
  return (
    <section aria-labelledby="place">
      <h2 id="place" className="font-semibold text-opened tracking-tight">
        {t("place.title")}
      </h2>
      <p className="mt-1 text-body text-ink-2">{t("place.text")}</p>
      <PlaceForm onDone={checkWith} />
    </section>
  );
}
