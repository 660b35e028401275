# Temporal's native core needs glibc, so the base must be Debian and not Alpine.
ARG NODE_IMAGE=node:24.21.0-bookworm-slim

FROM ${NODE_IMAGE} AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci
COPY tsconfig.json tsconfig.build.json LICENSE ./
COPY sandbox sandbox
COPY scripts scripts
COPY src src
RUN npm run build && npm run --silent sbom > sbom.cdx.json
# COPY keeps the permissions of the checkout. With a umask like 077, the image's user could not read these files.
RUN chmod -R a+rX package.json tsconfig.json LICENSE sandbox scripts dist

FROM ${NODE_IMAGE} AS dependencies
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev \
  && rm -r node_modules/@temporalio/core-bridge/releases/*-apple-* node_modules/@temporalio/core-bridge/releases/*-windows-*

# The SMS sandbox is a development tool. It runs from source, with the development dependencies.
FROM build AS sandbox
USER 1000
EXPOSE 3001
ENV HOST=0.0.0.0
CMD ["node", "--require", "tsx/cjs", "sandbox/main.ts"]

# The API and the worker. A worker is this image with the command `node dist/worker.js`. Without npm in between, signals
# reach the process.
FROM ${NODE_IMAGE} AS runtime
ARG VERSION=0.1.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="phone-verification" \
      org.opencontainers.image.description="Durable phone verification by SMS on Temporal, Twilio and Fastify." \
      org.opencontainers.image.licenses="MIT" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"
# Temporal's native core trusts the CA certificates of the system. The slim image has none, and no worker could connect
# to Temporal Cloud. These are the ones that Node trusts.
RUN mkdir -p /etc/ssl/certs \
  && node -p "require('node:tls').rootCertificates.join('\n')" > /etc/ssl/certs/ca-certificates.crt
WORKDIR /app
COPY --from=dependencies /app/node_modules node_modules
COPY --from=build /app/scripts scripts
COPY --from=build /app/dist dist
COPY --from=build /app/package.json /app/LICENSE /app/sbom.cdx.json ./
# The image's user `node`, as a number: only then can Kubernetes check that it is not root.
USER 1000
EXPOSE 3000
ENV NODE_ENV=production NODE_OPTIONS=--enable-source-maps HOST=0.0.0.0
HEALTHCHECK --interval=10s --timeout=3s --start-period=10s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT || 3000}/healthz`).then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "dist/server.js"]
