import Link from "next/link";
import { getTranslations } from "next-intl/server";
import { Digest } from "@/components/ui/digest";
import { Facts } from "@/components/ui/facts";
import { LocalTime } from "@/components/ui/local-time";
import { Section } from "@/components/ui/section";
import { Notice } from "@/components/ui/states";
import { getOrganisationSignIn as readSignIn } from "@/lib/administration/providers/ask-provider";
import type { OrganisationSignIn, ProviderView } from "@/lib/administration/providers/schema";
import { getOrganisationSignIn } from "@/lib/api-client/operations/administration/providers";
import { loadPage } from "@/lib/http/pages/page";
import { withAdministration } from "@/lib/http/sign-in/with-session";
import { ProviderActs } from "./provider-acts";
import { ConnectProvider } from "./provider-form";

async function Connected({ provider, linked }: { provider: ProviderView; linked: number }) {
  const t = await getTranslations("organisations.provider");
  return (
    <Facts
      look="aligned"
      facts={[
        { name: t("connectedTo"), value: provider.issuer },
        { name: t("form.clientId"), value: provider.client_id },
        { name: t("form.domains"), value: provider.domains.join(", ") },
        { name: t("changed"), value: <LocalTime instant={provider.changed_at} form="minute" /> },
        { name: "", value: t("linked", { count: linked }) },
        ...(provider.jwks === null
          ? []
          : [
              {
                name: t("jwks"),
                value: <Digest value={JSON.stringify(provider.jwks)} label={t("jwks")} isWhole />,
              },
            ]),
      ]}
    />
  );
}

async function Content({ value, name }: { value: OrganisationSignIn; name: string }) {
  const t = await getTranslations("organisations.provider");
  const { id, provider } = value;
  return (
    <>
      {provider === null ? (
        <p className="py-2 text-control">{t("none")}</p>
      ) : (
        <>
          <Connected provider={provider} linked={value.linked} />
          <ProviderActs id={id} name={name} />
        </>
      )}
      {value.is_waiting ? (
        <Notice tone="amber" icon="clock" className="mt-3 max-w-[560px]">
          <p>
            {t("waiting")}{" "}
            <Link href="/agreements" prefetch={false} className="underline underline-offset-4">
              {t("waitingLink")}
            </Link>
          </p>
        </Notice>
      ) : null}
    </>
  );
}

/** How the people of an organisation sign in at their own identity provider. Administrators connect, test and disconnect it. */
export async function SignInSection({ id, name }: { id: string; name: string }) {
  const t = await getTranslations("organisations.provider");
  const call = `/confidential/admin/organisations/${id}/provider`;
  const found = await loadPage(getOrganisationSignIn, call, (cx) =>
    withAdministration(cx, (own) => readSignIn(own, id)),
  );
  if (!found.ok) return null;
  return (
    <Section
      title={t("title")}
      action={
        <ConnectProvider
          id={id}
          provider={found.value.provider}
          domains={found.value.verified_domains}
          redirectUri={found.value.redirect_uri}
        />
      }
    >
      <p className="max-w-[80ch] py-2 text-control text-ink-2">{t("text")}</p>
      <Content value={found.value} name={name} />
    </Section>
  );
}
