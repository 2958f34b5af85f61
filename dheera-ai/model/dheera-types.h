/* SPDX-License-Identifier: LGPL-2.1-or-later */

#pragma once

#include <gio/gio.h>

#include <dheera-ai/dheera-version.h>

G_BEGIN_DECLS

typedef struct _DheeraCall DheeraCall;
typedef struct _DheeraChoice DheeraChoice;
typedef struct _DheeraConversation DheeraConversation;
typedef struct _DheeraDelta DheeraDelta;
typedef struct _DheeraErrorDetails DheeraErrorDetails;
typedef struct _DheeraMessage DheeraMessage;
typedef struct _DheeraModel DheeraModel;
typedef struct _DheeraPart DheeraPart;
typedef struct _DheeraResponse DheeraResponse;
typedef struct _DheeraTool DheeraTool;
typedef struct _DheeraToolCall DheeraToolCall;
typedef struct _DheeraToolCallDelta DheeraToolCallDelta;
typedef struct _DheeraUsage DheeraUsage;

typedef struct _DheeraBaseRequest DheeraBaseRequest;
typedef struct _DheeraBaseRequestClass DheeraBaseRequestClass;
typedef struct _DheeraRequest DheeraRequest;
typedef struct _DheeraRequestClass DheeraRequestClass;
typedef struct _DheeraModelsRequest DheeraModelsRequest;
typedef struct _DheeraModelsRequestClass DheeraModelsRequestClass;

G_END_DECLS
