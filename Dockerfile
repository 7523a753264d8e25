# Two stages: what compiles the gateway and its one native package is not in the image that runs.
FROM node:22-bookworm AS build
WORKDIR /app
COPY package.json package-lock.json ./
# Scripts of packages do not run, but for the one that needs to be compiled where there is no prebuilt binary.
RUN npm ci --ignore-scripts && npm rebuild better-sqlite3
COPY . .
RUN npm run build && rm -r dist/test && npm prune --omit=dev --ignore-scripts

FROM node:22-bookworm-slim
ENV NODE_ENV=production
COPY --from=build --chown=root:root /app/package.json /app/
COPY --from=build --chown=root:root /app/node_modules /app/node_modules
COPY --from=build --chown=root:root /app/dist /app/dist
COPY --from=build --chown=root:root /app/config /app/config
# What the gateway writes: the control socket, and SQLite files where the config has them.
RUN install -d -o node -g node -m 700 /var/lib/lapor-gateway /var/lib/lapor-gateway-media
WORKDIR /var/lib/lapor-gateway
USER node
EXPOSE 1708
STOPSIGNAL SIGTERM
# That the process lives. Whether it should get traffic is /readyz, which a load balancer asks.
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s \
  CMD ["node", "-e", "fetch('http://127.0.0.1:1708/healthz').then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["node", "/app/dist/src/cli/main.js"]
CMD ["start"]
