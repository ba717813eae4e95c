import type { ReactNode } from "react";
import { Words } from "@/components/messages/words";

export default function OperationsLayout({ children }: { children: ReactNode }) {
  return (
    <Words
      namespaces={["alertsPage.acts", "alertsPage.addresses", "alertsPage.rules", "notify.hooks.secret"]}
    >
      {children}
    </Words>
  );
}
