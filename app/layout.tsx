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
import { isEvaluation } from "@/lib/http/health/read-health";

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
  const [head, jar, locale] = await Promise.all([headers(), cookies(), getLocale()]);
  return (
    <html
      lang={locale}
      data-theme={themeOf(jar.get(THEME_COOKIE)?.value)}
      className={`${GeistSans.variable} ${GeistMono.variable}`}
    >
      <body data-request-id={head.get("x-request-id") ?? undefined}>
        <Words namespaces={[]}>
          <SkipLink />
          {isEvaluation() ? <EvaluationStrip /> : null}
          {children}
        </Words>
      </body>
    </html>
  );
}

/** Stands over every page of an instance whose parts are not separate, and only there. */
function EvaluationStrip() {
  const t = useTranslations("evaluation");
  return (
    <aside
      aria-label={t("label")}
      className="flex min-h-strip items-center gap-x-2 border-amber-line border-b bg-amber-wash px-4 py-1 text-amber text-note"
    >
      <Icon name="warning" className="self-start tablet:self-auto" />
      <p>
        <strong className="font-semibold">{t("title")}</strong> {t("text")}
      </p>
      <p className="ml-auto hidden tablet:block">{t("assurance")}</p>
    </aside>
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
