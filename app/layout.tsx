import { GeistMono } from "geist/font/mono";
import { GeistSans } from "geist/font/sans";
import type { Metadata, Viewport } from "next";
import { headers } from "next/headers";
import type { ReactNode } from "react";
import { EvaluationStrip } from "@/components/layout/evaluation-strip";
import { SkipLink } from "@/components/layout/skip-link";
import { translations } from "@/components/messages/translate";
import { portalEnv } from "@/lib/env";
import "./globals.css";

const brand = translations("brand");

export const metadata: Metadata = {
  title: { default: brand("name"), template: `%s · ${brand("name")}` },
  description: brand("description"),
  icons: { icon: "/favicon.svg" },
};

export const viewport: Viewport = { colorScheme: "light dark" };

/**
 * Reading the headers makes every page dynamic, the 404 page included: only then do Next's scripts carry the
 * nonce that proxy.ts put into the policy. The request id is kept on the body for the error pages.
 */
export default async function RootLayout({ children }: { children: ReactNode }) {
  const requestId = (await headers()).get("x-request-id") ?? undefined;
  return (
    <html lang="en" className={`${GeistSans.variable} ${GeistMono.variable}`}>
      <body data-request-id={requestId}>
        <SkipLink />
        {portalEnv().SEALPORT_EVALUATION ? <EvaluationStrip /> : null}
        {children}
      </body>
    </html>
  );
}
