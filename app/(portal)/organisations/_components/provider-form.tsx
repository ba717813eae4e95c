"use client";

import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { DialogButton } from "@/components/act/dialog-button";
import { CallRefused, target } from "@/components/client/api";
import { AreaField, RadioField, TextField } from "@/components/form/fields";
import { FormFrame } from "@/components/form/form-frame";
import { useForm } from "@/components/form/use-form";
import { Digest } from "@/components/ui/digest";
import { Notice } from "@/components/ui/states";
import type { ProviderChange, ProviderView } from "@/lib/administration/providers/schema";
import type { setProvider } from "@/lib/api-client/operations/administration/providers";
import { DUTIES } from "@/lib/word-lists";
import { NEW_PROVIDER, sentOf, type TypedProvider, typedOf } from "./typed-provider";

const PUT = target<typeof setProvider>("PUT", "/confidential/admin/organisations/{id}/provider");

const CONTROLS = {
  "/issuer": "issuer",
  "/client_id": "client",
  "/client_secret": "secret",
  "/authentication": "way",
  "/domains": "domains",
  "/amr": "amr",
  "/acr": "acr",
  "/max_age": "minutes",
  "/group_claim": "claim",
  "/mapping": "mapping",
  "/reason": "reason",
} as const;

const WHYS = ["address", "down", "issuer", "algorithm", "keys", "failed"] as const;

function useProviderForm(id: string, provider: ProviderView | null, domains: readonly string[]) {
  const t = useTranslations("organisations.provider.form");
  const router = useRouter();
  const both = (key: Parameters<typeof t>[0]) => ({ missing: t(key), wrong: t(key) });
  return useForm({
    call: PUT,
    params: { id },
    schema: async () => (await import("@/lib/administration/providers/schema")).ProviderChange,
    id: "provider",
    initial: provider === null ? { ...NEW_PROVIDER, domains: domains.join("\n") } : typedOf(provider),
    // The schema checks role and duties, which are words here.
    toBody: (typed: TypedProvider) =>
      sentOf(typed) as ReturnType<typeof sentOf> & Pick<ProviderChange, "mapping">,
    controls: CONTROLS,
    words: {
      issuer: { label: t("issuer"), ...both("issuerWrong") },
      client: { label: t("clientId"), ...both("clientIdMissing") },
      way: { label: t("authentication") },
      secret: { label: t("secret"), ...both("secretWrong") },
      domains: { label: t("domains"), ...both("domainsWrong") },
      amr: { label: t("amr"), ...both("factorMissing") },
      acr: { label: t("acr") },
      minutes: { label: t("maxAge"), ...both("maxAgeWrong") },
      claim: { label: t("groupClaim"), ...both("groupClaimMissing") },
      mapping: {
        label: t("mapping"),
        ...wrongMapping(t("mappingWrong", { duties: DUTIES.join(", ") })),
      },
      reason: { label: t("reason"), ...both("reasonMissing") },
    },
    isInDialog: true,
    onDone: ({ id: agreement }) => router.push(`/agreements/${agreement}`),
    refreshes: false,
  });
}

const wrongMapping = (text: string) => ({ missing: text, wrong: text });

interface Connecting {
  readonly id: string;
  readonly provider: ProviderView | null;
  /** Domains that a new provider begins with. */
  readonly domains: readonly string[];
  /** The portal's address, to be registered at the provider. */
  readonly redirectUri: string;
}

/** Connects an organisation's identity provider, or changes it. A second administrator agrees. */
function ProviderForm(props: Connecting) {
  const { id, provider, domains } = props;
  const t = useTranslations("organisations.provider.form");
  const failed = useTranslations("organisations.provider.acts");
  const words = useTranslations("organisations.provider");
  const form = useProviderForm(id, provider, domains);
  const way = form.hook.watch("way");
  const explain = (failure: unknown) => {
    const why = failure instanceof CallRefused ? failure.problem.members.why : undefined;
    const known = WHYS.find((one) => one === why);
    return known === undefined ? undefined : (
      <Notice tone="oxblood" icon="stop" isLive title={failed("disconnectFailed")}>
        <p>{t(`why.${known}`)}</p>
      </Notice>
    );
  };
  return (
    <FormFrame form={form} explain={explain} submit={t("submit")}>
      <div className="text-control">
        <p className="text-ink-2">{words("redirect")}</p>
        <Digest value={props.redirectUri} label={words("redirect")} isWhole />
        <p className="text-ink-2 text-note">{words("redirectHelp")}</p>
      </div>
      <TextField form={form} name="issuer" help={t("issuerHelp")} inputMode="url" spellCheck={false} />
      <TextField form={form} name="client" spellCheck={false} />
      <RadioField
        form={form}
        name="way"
        options={[
          { value: "client_secret", label: t("secretWay") },
          { value: "private_key", label: t("keyWay"), help: t("keyWayHelp") },
        ]}
      />
      {way === "client_secret" ? (
        <TextField
          form={form}
          name="secret"
          help={t(provider === null ? "secretNewHelp" : "secretHelp")}
          type="password"
          autoComplete="off"
        />
      ) : null}
      <AreaField form={form} name="domains" help={t("domainsHelp")} rows={2} />
      <AreaField form={form} name="amr" help={t("amrHelp")} rows={2} spellCheck={false} />
      <AreaField form={form} name="acr" help={t("acrHelp")} rows={2} spellCheck={false} />
      <TextField form={form} name="minutes" inputMode="numeric" />
      <TextField form={form} name="claim" spellCheck={false} />
      <AreaField form={form} name="mapping" help={t("mappingHelp")} rows={3} spellCheck={false} />
      <AreaField form={form} name="reason" rows={2} />
    </FormFrame>
  );
}

/** The drawer that asks for a connection to an identity provider, or for a change of it. */
export function ConnectProvider(props: Connecting) {
  const t = useTranslations("organisations.provider");
  return (
    <DialogButton label={t(props.provider === null ? "connect" : "change")} button={{ size: "bar" }}>
      {() => <ProviderForm {...props} />}
    </DialogButton>
  );
}
