import "./globals.css";
import { GeistMono } from "geist/font/mono";
import { GeistSans } from "geist/font/sans";
import type { Metadata, Viewport } from "next";
import { cookies, headers } from "next/headers";
import { useTranslations } from "next-intl";
import { getLocale, getTranslations } from "next-intl/server";
import type { ReactNode } from "react";
import { THEME_COOKIE, themeOf } from "@/components/messages/language";
import { Words } from "@/components/messages/words";
import { Icon } from "@/components/ui/icon";
import { countMissingParts, isEvaluation } from "@/lib/http/health/read-health";

export async function generateMetadata(): Promise<Metadata> {
  const brand = await getTranslations("brand");
  return {
    title: { default: brand("name"), template: `%s · ${brand("name")}` },
    description: brand("description"),
    icons: { icon: "/favicon.svg" },
  };
}

export const viewport: Viewport = { colorScheme: "light dark" };

/**
 * Reading the headers makes every page dynamic, the 404 page included: only then do Next's scripts carry the
 * nonce that proxy.ts put into the policy. The request id is kept on the body for the error pages.
 */
export default async function RootLayout({ children }: { children: ReactNode }) {
  const [head, jar, locale, missing] = await Promise.all([
    headers(),
    cookies(),
    getLocale(),
    countMissingParts(),
  ]);
  return (
    <html
      lang={locale}
      data-theme={themeOf(jar.get(THEME_COOKIE)?.value)}
      className={`${GeistSans.variable} ${GeistMono.variable}`}
    >
      <body data-request-id={head.get("x-request-id") ?? undefined}>
        <Words namespaces={[]}>
          <SkipLink />
          {missing > 0 ? <SetupStrip missing={missing} /> : isEvaluation() ? <EvaluationStrip /> : null}
          {children}
        </Words>
      </body>
    </html>
  );
}

function Strip(words: {
  label: string;
  title: string;
  text: ReactNode;
  assurance: string;
  missing?: number;
}) {
  return (
    <aside
      aria-label={words.label}
      data-missing={words.missing}
      className="flex min-h-strip items-center gap-x-2 border-amber-line border-b bg-amber-wash px-4 py-1 text-amber text-note print:mb-4 print:bg-transparent print:px-0 print:text-ink"
    >
      <Icon name="warning" className="self-start tablet:self-auto" />
      <p>
        <strong className="font-semibold">{words.title}</strong> {words.text}
      </p>
      <p className="ml-auto hidden tablet:block">{words.assurance}</p>
    </aside>
  );
}

/** Is over every page of an instance with the demonstration's people, whose parts are not separate. */
function EvaluationStrip() {
  const t = useTranslations("evaluation");
  return <Strip label={t("label")} title={t("title")} text={t("text")} assurance={t("assurance")} />;
}

/** Is over every page until all that real data needs is ready. */
function SetupStrip({ missing }: { missing: number }) {
  const t = useTranslations("setup.strip");
  const text = `${t("text", { missing })}${isEvaluation() ? ` ${t("evaluation")}` : ""}`;
  return (
    <Strip label={t("label")} title={t("title")} text={text} assurance={t("assurance")} missing={missing} />
  );
}

/** The first stop of the keyboard; seen only while it has the focus. */
function SkipLink() {
  return (
    <a
      href="#content"
      className="sr-only bg-sheet text-ink focus:not-sr-only focus:absolute focus:top-2 focus:left-2 focus:z-toast focus:px-4 focus:py-2"
    >
      {useTranslations("shell")("skip")}
    </a>
  );
}
