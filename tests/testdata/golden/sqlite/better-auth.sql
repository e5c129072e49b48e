-- create table user
CREATE TABLE `user` (`id` text NOT NULL,`name` text NOT NULL,`email` text NOT NULL,`emailVerified` numeric NOT NULL,`image` text,`createdAt` datetime NOT NULL,`updatedAt` datetime NOT NULL,PRIMARY KEY (`id`));
CREATE UNIQUE INDEX `user_email_uidx` ON `user`(`email`);
-- create table session
CREATE TABLE `session` (`id` text NOT NULL,`userId` text NOT NULL,`token` text NOT NULL,`expiresAt` datetime NOT NULL,`ipAddress` text,`userAgent` text,`createdAt` datetime NOT NULL,`updatedAt` datetime NOT NULL,PRIMARY KEY (`id`),CONSTRAINT `fk_session_userId` FOREIGN KEY (`userId`) REFERENCES `user`(`id`) ON DELETE CASCADE);
CREATE INDEX `session_expiresAt_idx` ON `session`(`expiresAt`);
CREATE UNIQUE INDEX `session_token_uidx` ON `session`(`token`);
CREATE INDEX `session_userId_idx` ON `session`(`userId`);
-- create table account
CREATE TABLE `account` (`id` text NOT NULL,`userId` text NOT NULL,`accountId` text NOT NULL,`providerId` text NOT NULL,`accessToken` text,`refreshToken` text,`idToken` text,`accessTokenExpiresAt` datetime,`refreshTokenExpiresAt` datetime,`scope` text,`password` text,`createdAt` datetime NOT NULL,`updatedAt` datetime NOT NULL,PRIMARY KEY (`id`),CONSTRAINT `fk_account_userId` FOREIGN KEY (`userId`) REFERENCES `user`(`id`) ON DELETE CASCADE);
CREATE UNIQUE INDEX `account_providerId_accountId_uidx` ON `account`(`providerId`,`accountId`);
CREATE INDEX `account_userId_idx` ON `account`(`userId`);
-- create table verification
CREATE TABLE `verification` (`id` text NOT NULL,`identifier` text NOT NULL,`value` text NOT NULL,`expiresAt` datetime NOT NULL,`createdAt` datetime NOT NULL,`updatedAt` datetime NOT NULL,PRIMARY KEY (`id`));
CREATE INDEX `verification_expiresAt_idx` ON `verification`(`expiresAt`);
CREATE INDEX `verification_identifier_idx` ON `verification`(`identifier`);
-- create table rateLimit
CREATE TABLE `rateLimit` (`id` text NOT NULL,`key` text NOT NULL,`count` integer NOT NULL,`lastRequest` integer NOT NULL,PRIMARY KEY (`id`));
CREATE INDEX `rateLimit_lastRequest_idx` ON `rateLimit`(`lastRequest`);
CREATE UNIQUE INDEX `rateLimit_key_uidx` ON `rateLimit`(`key`);
