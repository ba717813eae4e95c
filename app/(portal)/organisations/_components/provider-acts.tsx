"use client";

import { useTranslations } from "next-intl";
import { useState } from "react";
import { ActButton } from "@/components/act/act-button";
import { target } from "@/components/client/api";
import { CallFailure } from "@/components/client/call-failure";
import { leaveFor } from "@/components/client/organisation-sign-in";
import { useApi } from "@/components/client/use-api";
import { Button } from "@/components/ui/button";
import { Notice } from "@/components/ui/states";
import type { ProviderTest } from "@/lib/administration/providers/schema";
import type {
  disconnectProvider,
  startTestSignIn,
  testProvider,
} from "@/lib/api-client/operations/administration/providers";

const PROVIDER = "/confidential/admin/organisations/{id}/provider";
const TEST = target<typeof testProvider>("POST", `${PROVIDER}/test`);
const START = target<typeof startTestSignIn>("POST", `${PROVIDER}/test/start`);
const DISCONNECT = target<typeof disconnectProvider>("POST", `${PROVIDER}/disconnect`);

function Disconnect({ id, name }: { id: string; name: string }) {
  const t = useTranslations("organisations.provider.acts");
  return (
    <ActButton<typeof disconnectProvider, "reason">
      call={DISCONNECT}
      params={{ id }}
      label={t("disconnect.label")}
      button={{ look: "quiet" }}
      title={t("disconnect.title", { name })}
      text={t("disconnect.text")}
      yes={t("disconnect.yes")}
      failed={t("disconnectFailed")}
      fields={{ reason: { kind: "reason", label: t("reason"), missing: t("reasonMissing") } }}
      body={({ reason }) => ({ reason })}
      danger
    />
  );
}

/** Checks the provider's configuration and keys, tries a sign-in there, and disconnects it. */
export function ProviderActs({ id, name }: { id: string; name: string }) {
  const t = useTranslations("organisations.provider.acts");
  const api = useApi();
  const [busy, setBusy] = useState<"test" | "signIn">();
  const [result, setResult] = useState<ProviderTest>();
  const [error, setError] = useState<unknown>();
  const run = async (what: "test" | "signIn", work: () => Promise<void>) => {
    setBusy(what);
    setError(undefined);
    setResult(undefined);
    try {
      await work();
    } catch (failure) {
      setError(failure);
    }
    setBusy(undefined);
  };
  const test = () => run("test", async () => setResult(await api.call(TEST, { params: { id }, body: {} })));
  const signIn = () =>
    run("signIn", async () =>
      leaveFor((await api.call(START, { params: { id }, body: {} })).url, `/organisations/${id}`),
    );
  return (
    <div className="mt-3 grid gap-3">
      <div className="flex flex-wrap gap-2">
        <Button isBusy={busy === "test"} onClick={() => void test()}>
          {t("test")}
        </Button>
        <Button isBusy={busy === "signIn"} onClick={() => void signIn()}>
          {t("signIn")}
        </Button>
        <Disconnect id={id} name={name} />
      </div>
      {result === undefined ? null : (
        <Notice tone="accent" icon="check" isLive>
          <p>{t("testDone", { keys: result.keys, algorithm: result.algorithm, ms: result.took_ms })}</p>
          {result.says_pkce ? null : <p>{t("testPkce")}</p>}
        </Notice>
      )}
      <CallFailure error={error} title={t("failed")} />
    </div>
  );
}
