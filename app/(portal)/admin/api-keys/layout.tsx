import type { ReactNode } from "react";
import { Words } from "@/components/messages/words";

export default function ApiKeysLayout({ children }: { children: ReactNode }) {
  return <Words namespaces={["programs"]}>{children}</Words>;
}
