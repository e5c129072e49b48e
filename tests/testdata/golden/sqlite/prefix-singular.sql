-- create table app_user
CREATE TABLE `app_user` (`id` text NOT NULL,`name` text NOT NULL,`email` text NOT NULL,`email_verified` numeric NOT NULL,`image` text,`created_at` datetime NOT NULL,`updated_at` datetime NOT NULL,PRIMARY KEY (`id`));
CREATE UNIQUE INDEX `app_user_email_uidx` ON `app_user`(`email`);
-- create table app_session
CREATE TABLE `app_session` (`id` text NOT NULL,`user_id` text NOT NULL,`token` text NOT NULL,`expires_at` datetime NOT NULL,`ip_address` text,`user_agent` text,`created_at` datetime NOT NULL,`updated_at` datetime NOT NULL,PRIMARY KEY (`id`),CONSTRAINT `fk_app_session_user_id` FOREIGN KEY (`user_id`) REFERENCES `app_user`(`id`) ON DELETE CASCADE);
CREATE INDEX `app_session_expires_at_idx` ON `app_session`(`expires_at`);
CREATE UNIQUE INDEX `app_session_token_uidx` ON `app_session`(`token`);
CREATE INDEX `app_session_user_id_idx` ON `app_session`(`user_id`);
-- create table app_account
CREATE TABLE `app_account` (`id` text NOT NULL,`user_id` text NOT NULL,`account_id` text NOT NULL,`provider_id` text NOT NULL,`access_token` text,`refresh_token` text,`id_token` text,`access_token_expires_at` datetime,`refresh_token_expires_at` datetime,`scope` text,`password` text,`created_at` datetime NOT NULL,`updated_at` datetime NOT NULL,PRIMARY KEY (`id`),CONSTRAINT `fk_app_account_user_id` FOREIGN KEY (`user_id`) REFERENCES `app_user`(`id`) ON DELETE CASCADE);
CREATE UNIQUE INDEX `app_account_provider_id_account_id_uidx` ON `app_account`(`provider_id`,`account_id`);
CREATE INDEX `app_account_user_id_idx` ON `app_account`(`user_id`);
-- create table app_verification
CREATE TABLE `app_verification` (`id` text NOT NULL,`identifier` text NOT NULL,`value` text NOT NULL,`expires_at` datetime NOT NULL,`created_at` datetime NOT NULL,`updated_at` datetime NOT NULL,PRIMARY KEY (`id`));
CREATE INDEX `app_verification_expires_at_idx` ON `app_verification`(`expires_at`);
CREATE INDEX `app_verification_identifier_idx` ON `app_verification`(`identifier`);
-- create table app_rate_limit
CREATE TABLE `app_rate_limit` (`id` text NOT NULL,`key` text NOT NULL,`count` integer NOT NULL,`last_request` integer NOT NULL,PRIMARY KEY (`id`));
CREATE INDEX `app_rate_limit_last_request_idx` ON `app_rate_limit`(`last_request`);
CREATE UNIQUE INDEX `app_rate_limit_key_uidx` ON `app_rate_limit`(`key`);
