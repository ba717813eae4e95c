// Written by `npm run generate` (scripts/endpoint-table.mjs). Do not edit.

import type { EndpointTable } from "@/lib/http/dispatch/router";
import { endpoint as endpoint0 } from "./access/endpoint";
import { endpoint as endpoint1 } from "./access/break-glass/endpoint";
import { endpoint as endpoint2 } from "./access/break-glass/[id]/endpoint";
import { endpoint as endpoint3 } from "./access/break-glass/[id]/reviews/endpoint";
import { endpoint as endpoint4 } from "./access/break-glass/statement/endpoint";
import { endpoint as endpoint5 } from "./access/grants/endpoint";
import { endpoint as endpoint6 } from "./access/grants/[id]/endpoint";
import { endpoint as endpoint7 } from "./access/grants/[id]/release-ends/endpoint";
import { endpoint as endpoint8 } from "./access/grants/[id]/revoke/endpoint";
import { endpoint as endpoint9 } from "./access/logs/endpoint";
import { endpoint as endpoint10 } from "./access/notices/endpoint";
import { endpoint as endpoint11 } from "./access/notices/rules/endpoint";
import { endpoint as endpoint12 } from "./access/openings/endpoint";
import { endpoint as endpoint13 } from "./access/preservations/endpoint";
import { endpoint as endpoint14 } from "./access/preservations/[id]/releases/endpoint";
import { endpoint as endpoint15 } from "./access/preservations/[id]/renewals/endpoint";
import { endpoint as endpoint16 } from "./access/reasons/endpoint";
import { endpoint as endpoint17 } from "./access/releases/endpoint";
import { endpoint as endpoint18 } from "./access/requests/endpoint";
import { endpoint as endpoint19 } from "./access/requests/[id]/endpoint";
import { endpoint as endpoint20 } from "./access/requests/[id]/assignee/endpoint";
import { endpoint as endpoint21 } from "./access/requests/[id]/authorizations/endpoint";
import { endpoint as endpoint22 } from "./access/requests/[id]/authorizations/[authorization_id]/document/endpoint";
import { endpoint as endpoint23 } from "./access/requests/[id]/authorizations/[authorization_id]/revocations/endpoint";
import { endpoint as endpoint24 } from "./access/requests/[id]/authorizations/[authorization_id]/suspensions/endpoint";
import { endpoint as endpoint25 } from "./access/requests/[id]/co-viewer-ends/endpoint";
import { endpoint as endpoint26 } from "./access/requests/[id]/comments/endpoint";
import { endpoint as endpoint27 } from "./access/requests/[id]/decisions/endpoint";
import { endpoint as endpoint28 } from "./access/requests/[id]/extensions/endpoint";
import { endpoint as endpoint29 } from "./access/requests/[id]/identity-checks/endpoint";
import { endpoint as endpoint30 } from "./access/requests/[id]/notices/endpoint";
import { endpoint as endpoint31 } from "./access/requests/[id]/objections/endpoint";
import { endpoint as endpoint32 } from "./access/requests/[id]/partial-answers/endpoint";
import { endpoint as endpoint33 } from "./access/requests/[id]/readings/endpoint";
import { endpoint as endpoint34 } from "./access/requests/[id]/releases/endpoint";
import { endpoint as endpoint35 } from "./access/requests/[id]/releases/[release_id]/words/endpoint";
import { endpoint as endpoint36 } from "./access/requests/[id]/review/endpoint";
import { endpoint as endpoint37 } from "./access/requests/[id]/statement/endpoint";
import { endpoint as endpoint38 } from "./access/requests/[id]/submit/endpoint";
import { endpoint as endpoint39 } from "./access/requests/[id]/withdraw/endpoint";
import { endpoint as endpoint40 } from "./account/endpoint";
import { endpoint as endpoint41 } from "./account/api-keys/endpoint";
import { endpoint as endpoint42 } from "./account/api-keys/[id]/revoke/endpoint";
import { endpoint as endpoint43 } from "./account/api-keys/[id]/rotate/endpoint";
import { endpoint as endpoint44 } from "./account/api-keys/current/endpoint";
import { endpoint as endpoint45 } from "./account/passkeys/endpoint";
import { endpoint as endpoint46 } from "./account/passkeys/[id]/remove/endpoint";
import { endpoint as endpoint47 } from "./account/passkeys/options/endpoint";
import { endpoint as endpoint48 } from "./account/password/endpoint";
import { endpoint as endpoint49 } from "./account/provider/finish/endpoint";
import { endpoint as endpoint50 } from "./account/provider/remove/endpoint";
import { endpoint as endpoint51 } from "./account/provider/start/endpoint";
import { endpoint as endpoint52 } from "./account/recovery-codes/endpoint";
import { endpoint as endpoint53 } from "./account/roster/endpoint";
import { endpoint as endpoint54 } from "./account/roster/changes/endpoint";
import { endpoint as endpoint55 } from "./account/roster/changes/[id]/agreements/endpoint";
import { endpoint as endpoint56 } from "./account/roster/changes/[id]/refusals/endpoint";
import { endpoint as endpoint57 } from "./account/sessions/[id]/end/endpoint";
import { endpoint as endpoint58 } from "./account/sessions/end-others/endpoint";
import { endpoint as endpoint59 } from "./account/sign-out/endpoint";
import { endpoint as endpoint60 } from "./account/step-up/endpoint";
import { endpoint as endpoint61 } from "./account/step-up/options/endpoint";
import { endpoint as endpoint62 } from "./account/totp/endpoint";
import { endpoint as endpoint63 } from "./account/totp/confirm/endpoint";
import { endpoint as endpoint64 } from "./account/totp/remove/endpoint";
import { endpoint as endpoint65 } from "./admin/access-reviews/endpoint";
import { endpoint as endpoint66 } from "./admin/access-reviews/[id]/endpoint";
import { endpoint as endpoint67 } from "./admin/access-reviews/[id]/decisions/endpoint";
import { endpoint as endpoint68 } from "./admin/access-reviews/[id]/export/endpoint";
import { endpoint as endpoint69 } from "./admin/access-reviews/[id]/result/endpoint";
import { endpoint as endpoint70 } from "./admin/access-reviews/[id]/sign/endpoint";
import { endpoint as endpoint71 } from "./admin/api-keys/endpoint";
import { endpoint as endpoint72 } from "./admin/api-keys/[id]/revoke/endpoint";
import { endpoint as endpoint73 } from "./admin/authorities/endpoint";
import { endpoint as endpoint74 } from "./admin/authorities/[id]/confirmations/endpoint";
import { endpoint as endpoint75 } from "./admin/authorities/[id]/crls/endpoint";
import { endpoint as endpoint76 } from "./admin/authorities/[id]/revocations/endpoint";
import { endpoint as endpoint77 } from "./admin/authorities/[id]/withdrawals/endpoint";
import { endpoint as endpoint78 } from "./admin/background/endpoint";
import { endpoint as endpoint79 } from "./admin/background/retry/endpoint";
import { endpoint as endpoint80 } from "./admin/invitations/endpoint";
import { endpoint as endpoint81 } from "./admin/invitations/[id]/resend/endpoint";
import { endpoint as endpoint82 } from "./admin/invitations/[id]/withdraw/endpoint";
import { endpoint as endpoint83 } from "./admin/organisations/endpoint";
import { endpoint as endpoint84 } from "./admin/organisations/[id]/endpoint";
import { endpoint as endpoint85 } from "./admin/organisations/[id]/access-reviewer/endpoint";
import { endpoint as endpoint86 } from "./admin/organisations/[id]/agency/endpoint";
import { endpoint as endpoint87 } from "./admin/organisations/[id]/hours/endpoint";
import { endpoint as endpoint88 } from "./admin/organisations/[id]/provider/endpoint";
import { endpoint as endpoint89 } from "./admin/organisations/[id]/provider/disconnect/endpoint";
import { endpoint as endpoint90 } from "./admin/organisations/[id]/provider/test/endpoint";
import { endpoint as endpoint91 } from "./admin/organisations/[id]/provider/test/finish/endpoint";
import { endpoint as endpoint92 } from "./admin/organisations/[id]/provider/test/start/endpoint";
import { endpoint as endpoint93 } from "./admin/organisations/[id]/provisioning/endpoint";
import { endpoint as endpoint94 } from "./admin/organisations/[id]/provisioning/apply/endpoint";
import { endpoint as endpoint95 } from "./admin/organisations/[id]/provisioning/tokens/endpoint";
import { endpoint as endpoint96 } from "./admin/organisations/[id]/provisioning/tokens/[token_id]/revoke/endpoint";
import { endpoint as endpoint97 } from "./admin/participants/endpoint";
import { endpoint as endpoint98 } from "./admin/participants/[id]/endpoint";
import { endpoint as endpoint99 } from "./admin/readiness/endpoint";
import { endpoint as endpoint100 } from "./admin/readiness/backup/endpoint";
import { endpoint as endpoint101 } from "./admin/readiness/drill/endpoint";
import { endpoint as endpoint102 } from "./admin/readiness/mail/endpoint";
import { endpoint as endpoint103 } from "./admin/readiness/policies/endpoint";
import { endpoint as endpoint104 } from "./admin/record-access/[id]/endpoint";
import { endpoint as endpoint105 } from "./admin/record-access/[id]/export/endpoint";
import { endpoint as endpoint106 } from "./admin/requests/endpoint";
import { endpoint as endpoint107 } from "./admin/requests/[id]/withdraw/endpoint";
import { endpoint as endpoint108 } from "./admin/roster/endpoint";
import { endpoint as endpoint109 } from "./admin/roster/draft/endpoint";
import { endpoint as endpoint110 } from "./admin/roster/versions/endpoint";
import { endpoint as endpoint111 } from "./admin/seal/endpoint";
import { endpoint as endpoint112 } from "./admin/setup/second-administrator/endpoint";
import { endpoint as endpoint113 } from "./admin/users/endpoint";
import { endpoint as endpoint114 } from "./admin/users/[id]/endpoint";
import { endpoint as endpoint115 } from "./admin/users/[id]/duties/endpoint";
import { endpoint as endpoint116 } from "./admin/users/[id]/leave/endpoint";
import { endpoint as endpoint117 } from "./admin/users/[id]/memberships/endpoint";
import { endpoint as endpoint118 } from "./admin/users/[id]/rename/endpoint";
import { endpoint as endpoint119 } from "./admin/users/[id]/reset/endpoint";
import { endpoint as endpoint120 } from "./admin/users/[id]/resume/endpoint";
import { endpoint as endpoint121 } from "./admin/users/[id]/sign-out/endpoint";
import { endpoint as endpoint122 } from "./admin/users/[id]/suspend/endpoint";
import { endpoint as endpoint123 } from "./admin/webhooks/endpoint";
import { endpoint as endpoint124 } from "./admin/webhooks/[id]/deliveries/endpoint";
import { endpoint as endpoint125 } from "./admin/webhooks/[id]/deliveries/[delivery_id]/replay/endpoint";
import { endpoint as endpoint126 } from "./admin/webhooks/[id]/disable/endpoint";
import { endpoint as endpoint127 } from "./admin/webhooks/[id]/rotate/endpoint";
import { endpoint as endpoint128 } from "./admin/webhooks/[id]/test/endpoint";
import { endpoint as endpoint129 } from "./agreements/endpoint";
import { endpoint as endpoint130 } from "./agreements/[id]/endpoint";
import { endpoint as endpoint131 } from "./agreements/[id]/agree/endpoint";
import { endpoint as endpoint132 } from "./agreements/[id]/refuse/endpoint";
import { endpoint as endpoint133 } from "./agreements/[id]/send-back/endpoint";
import { endpoint as endpoint134 } from "./agreements/[id]/withdraw/endpoint";
import { endpoint as endpoint135 } from "./alert-addresses/endpoint";
import { endpoint as endpoint136 } from "./alert-addresses/[id]/remove/endpoint";
import { endpoint as endpoint137 } from "./alert-addresses/[id]/test/endpoint";
import { endpoint as endpoint138 } from "./alert-thresholds/endpoint";
import { endpoint as endpoint139 } from "./alert-thresholds/[name]/endpoint";
import { endpoint as endpoint140 } from "./alerts/endpoint";
import { endpoint as endpoint141 } from "./alerts/[id]/endpoint";
import { endpoint as endpoint142 } from "./alerts/[id]/acknowledge/endpoint";
import { endpoint as endpoint143 } from "./alerts/[id]/resolve/endpoint";
import { endpoint as endpoint144 } from "./audit/endpoint";
import { endpoint as endpoint145 } from "./audit/actors/endpoint";
import { endpoint as endpoint146 } from "./audit/erasures/endpoint";
import { endpoint as endpoint147 } from "./audit/erasures/[id]/agreements/endpoint";
import { endpoint as endpoint148 } from "./audit/erasures/[id]/refusals/endpoint";
import { endpoint as endpoint149 } from "./audit/events/endpoint";
import { endpoint as endpoint150 } from "./audit/events/[seq]/endpoint";
import { endpoint as endpoint151 } from "./audit/events/[seq]/proof/endpoint";
import { endpoint as endpoint152 } from "./audit/export/endpoint";
import { endpoint as endpoint153 } from "./audit/exports/endpoint";
import { endpoint as endpoint154 } from "./audit/exports/[id]/endpoint";
import { endpoint as endpoint155 } from "./audit/exports/[id]/file/endpoint";
import { endpoint as endpoint156 } from "./audit/keys/endpoint";
import { endpoint as endpoint157 } from "./audit/log/checkpoint/endpoint";
import { endpoint as endpoint158 } from "./audit/log/tile/[level]/[...index]/endpoint";
import { endpoint as endpoint159 } from "./audit/log/tile/entries/[...index]/endpoint";
import { endpoint as endpoint160 } from "./audit/quarantine/endpoint";
import { endpoint as endpoint161 } from "./audit/quarantine/[id]/dismissals/endpoint";
import { endpoint as endpoint162 } from "./audit/receipts/endpoint";
import { endpoint as endpoint163 } from "./audit/retention/endpoint";
import { endpoint as endpoint164 } from "./audit/suspicions/endpoint";
import { endpoint as endpoint165 } from "./audit/verifications/endpoint";
import { endpoint as endpoint166 } from "./audit/verifications/[id]/endpoint";
import { endpoint as endpoint167 } from "./cases/endpoint";
import { endpoint as endpoint168 } from "./cases/[id]/endpoint";
import { endpoint as endpoint169 } from "./disputes/endpoint";
import { endpoint as endpoint170 } from "./disputes/[id]/endpoint";
import { endpoint as endpoint171 } from "./disputes/[id]/figures/endpoint";
import { endpoint as endpoint172 } from "./disputes/[id]/notes/endpoint";
import { endpoint as endpoint173 } from "./disputes/[id]/resolve/endpoint";
import { endpoint as endpoint174 } from "./disputes/[id]/take/endpoint";
import { endpoint as endpoint175 } from "./events/endpoint";
import { endpoint as endpoint176 } from "./evidence/endpoint";
import { endpoint as endpoint177 } from "./evidence/packs/endpoint";
import { endpoint as endpoint178 } from "./follows/endpoint";
import { endpoint as endpoint179 } from "./follows/[id]/endpoint";
import { endpoint as endpoint180 } from "./home/endpoint";
import { endpoint as endpoint181 } from "./home/counts/endpoint";
import { endpoint as endpoint182 } from "./keys/endpoint";
import { endpoint as endpoint183 } from "./keys/[id]/endpoint";
import { endpoint as endpoint184 } from "./keys/[id]/challenge/endpoint";
import { endpoint as endpoint185 } from "./keys/[id]/proof/endpoint";
import { endpoint as endpoint186 } from "./keys/[id]/recovery/endpoint";
import { endpoint as endpoint187 } from "./keys/[id]/recovery/challenge/endpoint";
import { endpoint as endpoint188 } from "./keys/[id]/recovery/proof/endpoint";
import { endpoint as endpoint189 } from "./keys/[id]/recovery/refusals/endpoint";
import { endpoint as endpoint190 } from "./keys/[id]/recovery/statements/endpoint";
import { endpoint as endpoint191 } from "./keys/[id]/rotate/endpoint";
import { endpoint as endpoint192 } from "./keys/[id]/state/endpoint";
import { endpoint as endpoint193 } from "./keys/[id]/wraps/endpoint";
import { endpoint as endpoint194 } from "./keys/backup/endpoint";
import { endpoint as endpoint195 } from "./keys/escrow/endpoint";
import { endpoint as endpoint196 } from "./keys/escrow/[epoch]/destroy/endpoint";
import { endpoint as endpoint197 } from "./keys/escrow/rotate/endpoint";
import { endpoint as endpoint198 } from "./keys/register/endpoint";
import { endpoint as endpoint199 } from "./keys/rotate/endpoint";
import { endpoint as endpoint200 } from "./notices/endpoint";
import { endpoint as endpoint201 } from "./notifications/endpoint";
import { endpoint as endpoint202 } from "./notifications/marks/endpoint";
import { endpoint as endpoint203 } from "./notifications/settings/endpoint";
import { endpoint as endpoint204 } from "./operations/figures/endpoint";
import { endpoint as endpoint205 } from "./policies/endpoint";
import { endpoint as endpoint206 } from "./policies/[number]/endpoint";
import { endpoint as endpoint207 } from "./policies/[number]/activate/endpoint";
import { endpoint as endpoint208 } from "./policies/[number]/decide/endpoint";
import { endpoint as endpoint209 } from "./policies/[number]/dry-runs/endpoint";
import { endpoint as endpoint210 } from "./policies/[number]/dry-runs/[id]/endpoint";
import { endpoint as endpoint211 } from "./policies/[number]/dry-runs/[id]/cancel/endpoint";
import { endpoint as endpoint212 } from "./policies/[number]/dry-runs/[id]/questions/endpoint";
import { endpoint as endpoint213 } from "./policies/[number]/schedule/endpoint";
import { endpoint as endpoint214 } from "./policies/[number]/submit/endpoint";
import { endpoint as endpoint215 } from "./policies/[number]/validate/endpoint";
import { endpoint as endpoint216 } from "./policies/[number]/withdraw/endpoint";
import { endpoint as endpoint217 } from "./policies/active/endpoint";
import { endpoint as endpoint218 } from "./policies/roll-back/endpoint";
import { endpoint as endpoint219 } from "./policies/simulate/endpoint";
import { endpoint as endpoint220 } from "./policy-replays/endpoint";
import { endpoint as endpoint221 } from "./policy-replays/[id]/endpoint";
import { endpoint as endpoint222 } from "./policy-replays/[id]/cancel/endpoint";
import { endpoint as endpoint223 } from "./rotations/endpoint";
import { endpoint as endpoint224 } from "./rotations/[id]/endpoint";
import { endpoint as endpoint225 } from "./search/endpoint";
import { endpoint as endpoint226 } from "./status/endpoint";
import { endpoint as endpoint227 } from "./transactions/endpoint";
import { endpoint as endpoint228 } from "./transactions/[id]/endpoint";
import { endpoint as endpoint229 } from "./transactions/[id]/access/endpoint";
import { endpoint as endpoint230 } from "./transactions/[id]/audit/endpoint";
import { endpoint as endpoint231 } from "./transactions/[id]/copies/endpoint";
import { endpoint as endpoint232 } from "./transactions/[id]/disputes/endpoint";
import { endpoint as endpoint233 } from "./transactions/[id]/disputes/[dispute_id]/notes/endpoint";
import { endpoint as endpoint234 } from "./transactions/[id]/disputes/[dispute_id]/resolve/endpoint";
import { endpoint as endpoint235 } from "./transactions/[id]/disputes/statement/endpoint";
import { endpoint as endpoint236 } from "./transactions/[id]/envelopes/endpoint";
import { endpoint as endpoint237 } from "./transactions/[id]/retention/endpoint";
import { endpoint as endpoint238 } from "./transactions/[id]/status/endpoint";
import { endpoint as endpoint239 } from "./transactions/batch/endpoint";
import { endpoint as endpoint240 } from "./transparency/endpoint";
import { endpoint as endpoint241 } from "./transparency/[quarter]/endpoint";
import { endpoint as endpoint242 } from "./views/endpoint";
import { endpoint as endpoint243 } from "./views/[id]/endpoint";

/** Every address of the API, by its folder. */
export const ENDPOINTS: EndpointTable = [
  ["access", endpoint0],
  ["access/break-glass", endpoint1],
  ["access/break-glass/[id]", endpoint2],
  ["access/break-glass/[id]/reviews", endpoint3],
  ["access/break-glass/statement", endpoint4],
  ["access/grants", endpoint5],
  ["access/grants/[id]", endpoint6],
  ["access/grants/[id]/release-ends", endpoint7],
  ["access/grants/[id]/revoke", endpoint8],
  ["access/logs", endpoint9],
  ["access/notices", endpoint10],
  ["access/notices/rules", endpoint11],
  ["access/openings", endpoint12],
  ["access/preservations", endpoint13],
  ["access/preservations/[id]/releases", endpoint14],
  ["access/preservations/[id]/renewals", endpoint15],
  ["access/reasons", endpoint16],
  ["access/releases", endpoint17],
  ["access/requests", endpoint18],
  ["access/requests/[id]", endpoint19],
  ["access/requests/[id]/assignee", endpoint20],
  ["access/requests/[id]/authorizations", endpoint21],
  ["access/requests/[id]/authorizations/[authorization_id]/document", endpoint22],
  ["access/requests/[id]/authorizations/[authorization_id]/revocations", endpoint23],
  ["access/requests/[id]/authorizations/[authorization_id]/suspensions", endpoint24],
  ["access/requests/[id]/co-viewer-ends", endpoint25],
  ["access/requests/[id]/comments", endpoint26],
  ["access/requests/[id]/decisions", endpoint27],
  ["access/requests/[id]/extensions", endpoint28],
  ["access/requests/[id]/identity-checks", endpoint29],
  ["access/requests/[id]/notices", endpoint30],
  ["access/requests/[id]/objections", endpoint31],
  ["access/requests/[id]/partial-answers", endpoint32],
  ["access/requests/[id]/readings", endpoint33],
  ["access/requests/[id]/releases", endpoint34],
  ["access/requests/[id]/releases/[release_id]/words", endpoint35],
  ["access/requests/[id]/review", endpoint36],
  ["access/requests/[id]/statement", endpoint37],
  ["access/requests/[id]/submit", endpoint38],
  ["access/requests/[id]/withdraw", endpoint39],
  ["account", endpoint40],
  ["account/api-keys", endpoint41],
  ["account/api-keys/[id]/revoke", endpoint42],
  ["account/api-keys/[id]/rotate", endpoint43],
  ["account/api-keys/current", endpoint44],
  ["account/passkeys", endpoint45],
  ["account/passkeys/[id]/remove", endpoint46],
  ["account/passkeys/options", endpoint47],
  ["account/password", endpoint48],
  ["account/provider/finish", endpoint49],
  ["account/provider/remove", endpoint50],
  ["account/provider/start", endpoint51],
  ["account/recovery-codes", endpoint52],
  ["account/roster", endpoint53],
  ["account/roster/changes", endpoint54],
  ["account/roster/changes/[id]/agreements", endpoint55],
  ["account/roster/changes/[id]/refusals", endpoint56],
  ["account/sessions/[id]/end", endpoint57],
  ["account/sessions/end-others", endpoint58],
  ["account/sign-out", endpoint59],
  ["account/step-up", endpoint60],
  ["account/step-up/options", endpoint61],
  ["account/totp", endpoint62],
  ["account/totp/confirm", endpoint63],
  ["account/totp/remove", endpoint64],
  ["admin/access-reviews", endpoint65],
  ["admin/access-reviews/[id]", endpoint66],
  ["admin/access-reviews/[id]/decisions", endpoint67],
  ["admin/access-reviews/[id]/export", endpoint68],
  ["admin/access-reviews/[id]/result", endpoint69],
  ["admin/access-reviews/[id]/sign", endpoint70],
  ["admin/api-keys", endpoint71],
  ["admin/api-keys/[id]/revoke", endpoint72],
  ["admin/authorities", endpoint73],
  ["admin/authorities/[id]/confirmations", endpoint74],
  ["admin/authorities/[id]/crls", endpoint75],
  ["admin/authorities/[id]/revocations", endpoint76],
  ["admin/authorities/[id]/withdrawals", endpoint77],
  ["admin/background", endpoint78],
  ["admin/background/retry", endpoint79],
  ["admin/invitations", endpoint80],
  ["admin/invitations/[id]/resend", endpoint81],
  ["admin/invitations/[id]/withdraw", endpoint82],
  ["admin/organisations", endpoint83],
  ["admin/organisations/[id]", endpoint84],
  ["admin/organisations/[id]/access-reviewer", endpoint85],
  ["admin/organisations/[id]/agency", endpoint86],
  ["admin/organisations/[id]/hours", endpoint87],
  ["admin/organisations/[id]/provider", endpoint88],
  ["admin/organisations/[id]/provider/disconnect", endpoint89],
  ["admin/organisations/[id]/provider/test", endpoint90],
  ["admin/organisations/[id]/provider/test/finish", endpoint91],
  ["admin/organisations/[id]/provider/test/start", endpoint92],
  ["admin/organisations/[id]/provisioning", endpoint93],
  ["admin/organisations/[id]/provisioning/apply", endpoint94],
  ["admin/organisations/[id]/provisioning/tokens", endpoint95],
  ["admin/organisations/[id]/provisioning/tokens/[token_id]/revoke", endpoint96],
  ["admin/participants", endpoint97],
  ["admin/participants/[id]", endpoint98],
  ["admin/readiness", endpoint99],
  ["admin/readiness/backup", endpoint100],
  ["admin/readiness/drill", endpoint101],
  ["admin/readiness/mail", endpoint102],
  ["admin/readiness/policies", endpoint103],
  ["admin/record-access/[id]", endpoint104],
  ["admin/record-access/[id]/export", endpoint105],
  ["admin/requests", endpoint106],
  ["admin/requests/[id]/withdraw", endpoint107],
  ["admin/roster", endpoint108],
  ["admin/roster/draft", endpoint109],
  ["admin/roster/versions", endpoint110],
  ["admin/seal", endpoint111],
  ["admin/setup/second-administrator", endpoint112],
  ["admin/users", endpoint113],
  ["admin/users/[id]", endpoint114],
  ["admin/users/[id]/duties", endpoint115],
  ["admin/users/[id]/leave", endpoint116],
  ["admin/users/[id]/memberships", endpoint117],
  ["admin/users/[id]/rename", endpoint118],
  ["admin/users/[id]/reset", endpoint119],
  ["admin/users/[id]/resume", endpoint120],
  ["admin/users/[id]/sign-out", endpoint121],
  ["admin/users/[id]/suspend", endpoint122],
  ["admin/webhooks", endpoint123],
  ["admin/webhooks/[id]/deliveries", endpoint124],
  ["admin/webhooks/[id]/deliveries/[delivery_id]/replay", endpoint125],
  ["admin/webhooks/[id]/disable", endpoint126],
  ["admin/webhooks/[id]/rotate", endpoint127],
  ["admin/webhooks/[id]/test", endpoint128],
  ["agreements", endpoint129],
  ["agreements/[id]", endpoint130],
  ["agreements/[id]/agree", endpoint131],
  ["agreements/[id]/refuse", endpoint132],
  ["agreements/[id]/send-back", endpoint133],
  ["agreements/[id]/withdraw", endpoint134],
  ["alert-addresses", endpoint135],
  ["alert-addresses/[id]/remove", endpoint136],
  ["alert-addresses/[id]/test", endpoint137],
  ["alert-thresholds", endpoint138],
  ["alert-thresholds/[name]", endpoint139],
  ["alerts", endpoint140],
  ["alerts/[id]", endpoint141],
  ["alerts/[id]/acknowledge", endpoint142],
  ["alerts/[id]/resolve", endpoint143],
  ["audit", endpoint144],
  ["audit/actors", endpoint145],
  ["audit/erasures", endpoint146],
  ["audit/erasures/[id]/agreements", endpoint147],
  ["audit/erasures/[id]/refusals", endpoint148],
  ["audit/events", endpoint149],
  ["audit/events/[seq]", endpoint150],
  ["audit/events/[seq]/proof", endpoint151],
  ["audit/export", endpoint152],
  ["audit/exports", endpoint153],
  ["audit/exports/[id]", endpoint154],
  ["audit/exports/[id]/file", endpoint155],
  ["audit/keys", endpoint156],
  ["audit/log/checkpoint", endpoint157],
  ["audit/log/tile/[level]/[...index]", endpoint158],
  ["audit/log/tile/entries/[...index]", endpoint159],
  ["audit/quarantine", endpoint160],
  ["audit/quarantine/[id]/dismissals", endpoint161],
  ["audit/receipts", endpoint162],
  ["audit/retention", endpoint163],
  ["audit/suspicions", endpoint164],
  ["audit/verifications", endpoint165],
  ["audit/verifications/[id]", endpoint166],
  ["cases", endpoint167],
  ["cases/[id]", endpoint168],
  ["disputes", endpoint169],
  ["disputes/[id]", endpoint170],
  ["disputes/[id]/figures", endpoint171],
  ["disputes/[id]/notes", endpoint172],
  ["disputes/[id]/resolve", endpoint173],
  ["disputes/[id]/take", endpoint174],
  ["events", endpoint175],
  ["evidence", endpoint176],
  ["evidence/packs", endpoint177],
  ["follows", endpoint178],
  ["follows/[id]", endpoint179],
  ["home", endpoint180],
  ["home/counts", endpoint181],
  ["keys", endpoint182],
  ["keys/[id]", endpoint183],
  ["keys/[id]/challenge", endpoint184],
  ["keys/[id]/proof", endpoint185],
  ["keys/[id]/recovery", endpoint186],
  ["keys/[id]/recovery/challenge", endpoint187],
  ["keys/[id]/recovery/proof", endpoint188],
  ["keys/[id]/recovery/refusals", endpoint189],
  ["keys/[id]/recovery/statements", endpoint190],
  ["keys/[id]/rotate", endpoint191],
  ["keys/[id]/state", endpoint192],
  ["keys/[id]/wraps", endpoint193],
  ["keys/backup", endpoint194],
  ["keys/escrow", endpoint195],
  ["keys/escrow/[epoch]/destroy", endpoint196],
  ["keys/escrow/rotate", endpoint197],
  ["keys/register", endpoint198],
  ["keys/rotate", endpoint199],
  ["notices", endpoint200],
  ["notifications", endpoint201],
  ["notifications/marks", endpoint202],
  ["notifications/settings", endpoint203],
  ["operations/figures", endpoint204],
  ["policies", endpoint205],
  ["policies/[number]", endpoint206],
  ["policies/[number]/activate", endpoint207],
  ["policies/[number]/decide", endpoint208],
  ["policies/[number]/dry-runs", endpoint209],
  ["policies/[number]/dry-runs/[id]", endpoint210],
  ["policies/[number]/dry-runs/[id]/cancel", endpoint211],
  ["policies/[number]/dry-runs/[id]/questions", endpoint212],
  ["policies/[number]/schedule", endpoint213],
  ["policies/[number]/submit", endpoint214],
  ["policies/[number]/validate", endpoint215],
  ["policies/[number]/withdraw", endpoint216],
  ["policies/active", endpoint217],
  ["policies/roll-back", endpoint218],
  ["policies/simulate", endpoint219],
  ["policy-replays", endpoint220],
  ["policy-replays/[id]", endpoint221],
  ["policy-replays/[id]/cancel", endpoint222],
  ["rotations", endpoint223],
  ["rotations/[id]", endpoint224],
  ["search", endpoint225],
  ["status", endpoint226],
  ["transactions", endpoint227],
  ["transactions/[id]", endpoint228],
  ["transactions/[id]/access", endpoint229],
  ["transactions/[id]/audit", endpoint230],
  ["transactions/[id]/copies", endpoint231],
  ["transactions/[id]/disputes", endpoint232],
  ["transactions/[id]/disputes/[dispute_id]/notes", endpoint233],
  ["transactions/[id]/disputes/[dispute_id]/resolve", endpoint234],
  ["transactions/[id]/disputes/statement", endpoint235],
  ["transactions/[id]/envelopes", endpoint236],
  ["transactions/[id]/retention", endpoint237],
  ["transactions/[id]/status", endpoint238],
  ["transactions/batch", endpoint239],
  ["transparency", endpoint240],
  ["transparency/[quarter]", endpoint241],
  ["views", endpoint242],
  ["views/[id]", endpoint243],
];
