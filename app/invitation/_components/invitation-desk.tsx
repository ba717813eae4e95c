"use client";

import { useTranslations } from "next-intl";
import { useEffect, useState } from "react";
import { beginAtHome, lookAt, startTotp } from "@/app/invitation/_components/invitation-calls";
import { PasskeyWay, SetUpFailure } from "@/app/invitation/_components/passkey-way";
import { PasswordWay } from "@/app/invitation/_components/password-way";
import { useLinkToken } from "@/app/invitation/_components/use-link-token";
import { CallFailure } from "@/components/client/call-failure";
import { acceptByOrganisation } from "@/components/client/organisation-sign-in";
import { codeOf, useAttempt } from "@/components/client/use-attempt";
import { extraDutyKeys, roleKey } from "@/components/layout/role-words";
import { Button } from "@/components/ui/button";
import { ButtonLink } from "@/components/ui/button-link";
import { Facts } from "@/components/ui/facts";
import { LocalTime } from "@/components/ui/local-time";
import { Notice } from "@/components/ui/states";
import type { TotpSetUp } from "@/lib/identity/account/schema";
import type { InvitationView } from "@/lib/identity/invitations/schema";

function Person({ view }: { view: InvitationView }) {
  const t = useTranslations("invitation.person");
  const words = useTranslations("portal");
  const duties = extraDutyKeys(view.role, view.duties)
    .map((duty) => words(`duties.${duty}`))
    .join(", ");
  return (
    <>
      <Facts
        look="aligned"
        facts={[
          { name: t("name"), value: view.name },
          { name: t("email"), value: view.email },
          { name: t("organisation"), value: view.organisation },
          { name: t("role"), value: words(`roles.${roleKey(view.role)}`) },
          ...(duties === "" ? [] : [{ name: t("duties"), value: duties }]),
          { name: t("until"), value: <LocalTime instant={view.expires_at} form="minute" /> },
        ]}
      />
      <p className="mt-3 text-control text-ink-2">{t("notYou")}</p>
    </>
  );
}

/** Two ways to choose from, passkey first. */
function Ways({ token, view }: { token: string; view: InvitationView }) {
  const t = useTranslations("invitation");
  const setUp = useAttempt();
  const beginning = useAttempt();
  const [totp, setTotp] = useState<TotpSetUp | undefined>();
  const begin = () => beginning.run(async () => setTotp(await startTotp(token)));
  const refused = [setUp.error, beginning.error].find((error) => codeOf(error) === "invitation.refused");
  if (refused !== undefined) return <Refused error={refused} />;
  return (
    <>
      <Person view={view} />
      {view.organisation_sign_in && totp === undefined ? <OrganisationWay token={token} /> : null}
      <h2 className="mt-8 mb-3 font-semibold text-opened tracking-tight">
        {t(totp === undefined ? "passkey.title" : "password.title")}
      </h2>
      {totp === undefined ? (
        <>
          <PasskeyWay token={token} setUp={setUp} onDone={beginAtHome} />
          <div className="mt-6 grid gap-3 border-line border-t pt-4">
            <p className="text-control text-ink-2">{t("password.offer")}</p>
            <SetUpFailure error={beginning.error} />
            <div>
              <Button isBusy={beginning.isBusy} onClick={() => void begin()}>
                {t("password.choose")}
              </Button>
            </div>
          </div>
        </>
      ) : (
        <>
          <PasswordWay
            key={totp.challenge}
            token={token}
            totp={totp}
            setUp={setUp}
            onDone={beginAtHome}
            onAgain={() => void begin()}
          />
          <div className="mt-6 border-line border-t pt-4">
            <Button onClick={() => setTotp(undefined)}>{t("passkey.choose")}</Button>
          </div>
        </>
      )}
    </>
  );
}

/** The organisation's own sign-in, before passkey and password: it is what its people know. */
function OrganisationWay({ token }: { token: string }) {
  const t = useTranslations("invitation.organisation");
  const leaving = useAttempt();
  return (
    <div className="mt-6 grid gap-3 border-line border-t pt-4">
      <p className="text-body">{t("offer")}</p>
      <SetUpFailure error={leaving.error} />
      <div>
        <Button
          look="primary"
          size="large"
          isBusy={leaving.isBusy}
          onClick={() => void leaving.run(() => acceptByOrganisation(token))}
        >
          {t("choose")}
        </Button>
      </div>
    </div>
  );
}

function Refused({ error }: { error: unknown }) {
  const t = useTranslations("invitation");
  return (
    <div className="grid gap-4">
      <CallFailure error={error} title={t("refused.title")} />
      <p className="text-body">{t("refused.text")}</p>
      <div className="flex flex-wrap gap-3">
        <ButtonLink href="/sign-in" look="secondary">
          {t("refused.signIn")}
        </ButtonLink>
        <ButtonLink href="/trust" look="secondary">
          {t("refused.operator")}
        </ButtonLink>
      </div>
    </div>
  );
}

/** The link could not be checked now; it may well be valid. */
function Unchecked({ error, onAgain }: { error: unknown; onAgain: () => void }) {
  const t = useTranslations("invitation.unchecked");
  return (
    <div className="grid gap-4">
      <CallFailure error={error} title={t("title")} />
      <div>
        <Button onClick={onAgain}>{t("again")}</Button>
      </div>
    </div>
  );
}

type Looked = { readonly view: InvitationView } | { readonly error: unknown };

/** What the link is for, and two ways to use it. The token is in memory only, never in the document. */
export function InvitationDesk() {
  const t = useTranslations("invitation");
  const token = useLinkToken();
  const [looked, setLooked] = useState<{ readonly token: string; readonly result: Looked } | undefined>();
  const isAsked = typeof token === "string" && looked?.token !== token;
  useEffect(() => {
    if (typeof token !== "string" || !isAsked) return;
    let isWanted = true;
    lookAt(token).then(
      (view) => isWanted && setLooked({ token, result: { view } }),
      (error: unknown) => isWanted && setLooked({ token, result: { error } }),
    );
    return () => {
      isWanted = false;
    };
  }, [token, isAsked]);
  const result = looked !== undefined && looked.token === token ? looked.result : undefined;
  if (token === null)
    return (
      <Notice tone="amber" icon="warning" isLive title={t("none.title")}>
        <p>{t("none.text")}</p>
      </Notice>
    );
  if (typeof token !== "string" || result === undefined)
    return (
      <p role="status" className="text-body text-ink-2">
        {t("looking")}
      </p>
    );
  if ("error" in result)
    return codeOf(result.error) === "invitation.refused" ? (
      <Refused error={result.error} />
    ) : (
      <Unchecked error={result.error} onAgain={() => setLooked(undefined)} />
    );
  return <Ways key={token} token={token} view={result.view} />;
}
